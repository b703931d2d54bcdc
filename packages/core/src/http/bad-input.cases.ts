import { bodyCases } from "./bad-input/body.cases.ts";
import type { BadInputCase } from "./bad-input/case.ts";
import { fieldCases } from "./bad-input/field.cases.ts";
import { fileCases } from "./bad-input/file.cases.ts";
import { pathCases } from "./bad-input/path.cases.ts";
import { signInCases } from "./bad-input/sign-in.cases.ts";

/** `reliability-spec.md` section 7, as far as the routes exist, against a `TestBff`. Identity has a table of its own. */
export const badInput: readonly BadInputCase[] = [
  ...pathCases,
  ...bodyCases,
  ...fieldCases,
  ...fileCases,
  ...signInCases,
];
