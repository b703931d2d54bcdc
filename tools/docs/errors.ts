// `node tools/docs/errors.ts` writes docs/errors.md from the closed table of codes; a test compares.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { errorCodes } from "../../packages/core/src/contract/error-codes.ts";

const head = `# Error codes

Every failure is one JSON object, on every route:

\`\`\`json
{
  "error": "insufficient_credits",
  "message": "The wallet holds fewer credits than this costs.",
  "details": { "required": 8, "available": 3 },
  "request_id": "5f0c7c0e-9a55-4d0f-8f3a-6d1f2d1c2b3a"
}
\`\`\`

Branch on \`error\`, never on a text. The table is closed: there are no other codes. *Again* says whether the same request may succeed later as it is; 429 and 503 say when, in \`Retry-After\`. A generation that ended without a result carries a code of the last part in its \`error\`; no such code ever comes with a charge.

The table is data: \`import { errorCodes } from "@genbff/core"\`. In the browser, \`isGenbffError(error, "insufficient_credits")\` of [client-sdk](../packages/client-sdk/README.md) knows each code and its details; it adds \`network\` (nothing answered) and \`unexpected_answer\` (something else than the BFF answered).

| Code | Status | Again | For developers | For people |
| --- | --- | --- | --- | --- |
`;

/** The page, as it must be. */
export function errorsPage(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, { status, retryable, message, sentence }]) =>
      `| \`${code}\` | ${status} | ${retryable ? "yes" : "no"} | ${message} | ${sentence} |`,
  );
  return `${head}${rows.join("\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await writeFile(new URL("../../docs/errors.md", import.meta.url), errorsPage());
