import { badInput } from "../../../http/bad-input.cases.ts";
import type { HostCase } from "../case.ts";
import { formCases, jsonCases, sizeCases } from "./bodies.cases.ts";
import { corsCases } from "./cors.cases.ts";
import { fileCases } from "./files.cases.ts";
import { anonymousCases, methodCases, unknownPathCases } from "./paths.cases.ts";
import { headCases, readingCases } from "./reading.cases.ts";
import {
  actCases,
  idempotencyCases,
  identityHeaderCases,
  preferCases,
  streamCases,
} from "./stories.cases.ts";

/** Everything that hosts are asked, by what it is about. */
export const hostCases: readonly { readonly about: string; readonly cases: readonly HostCase[] }[] = [
  { about: "reading", cases: readingCases },
  { about: "heads", cases: headCases },
  { about: "methods", cases: methodCases },
  { about: "unknown paths", cases: unknownPathCases },
  { about: "anonymous requests", cases: anonymousCases },
  { about: "tokens", cases: identityHeaderCases },
  { about: "CORS", cases: corsCases },
  { about: "JSON bodies", cases: jsonCases },
  { about: "sizes and types of bodies", cases: sizeCases },
  { about: "forms", cases: formCases },
  { about: "files", cases: fileCases },
  { about: "repeats", cases: idempotencyCases },
  { about: "preferences", cases: preferCases },
  { about: "what runs and what has ended", cases: actCases },
  { about: "streams", cases: streamCases },
  { about: "bad input", cases: badInput.map(ofMallory) },
];

/** One user for all of them, who must have lost and gained nothing afterwards. */
function ofMallory(each: HostCase): HostCase {
  const { as = "mallory" } = each.request;
  return { ...each, request: { ...each.request, as } };
}
