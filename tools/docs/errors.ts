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

Branch on \`error\`, never on a text. The table is closed: there are no other codes. _Again_ says whether the same request may succeed later as it is; 429 and 503 say when in \`Retry-After\`, where it is known. A generation that ended without a result carries a code of the last part in its \`error\`; no such code ever comes with a charge.

The table is data: \`import { errorCodes } from "@genbff/core"\`. In the browser, \`isGenbffError(error, "insufficient_credits")\` of [client-sdk](../packages/client-sdk/README.md) knows each code and its details; it adds \`network\` (nothing answered) and \`unexpected_answer\` (something else than the BFF answered).

`;

/** The page, as it must be: its table is laid out as the formatter does. */
export function errorsPage(): string {
  const rows = [
    ["Code", "Status", "Again", "For developers", "For people"],
    ...Object.entries(errorCodes).map(([code, { status, retryable, message, sentence }]) => [
      `\`${code}\``,
      String(status),
      retryable ? "yes" : "no",
      message,
      sentence,
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`,
  );
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return `${head}${lines.join("\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await writeFile(new URL("../../docs/errors.md", import.meta.url), errorsPage());
