// `node tools/docs/errors.ts` writes docs/errors.md from the closed table of codes and from the contract; a test compares.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type ErrorCode, errorCodes } from "../../packages/core/src/contract/error-codes.ts";
import { type Route, routes } from "../../packages/core/src/contract/routes.ts";
import { codesOf, codesOfEvery, sharedCodesOf } from "../../packages/core/src/http/route-codes.ts";

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

Branch on \`error\`, never on a text. The table is closed: there are no other codes. _Again_ says whether the same request may succeed later as it is; 429 and 503 say when in \`Retry-After\`, where it is known. A generation that ended without a result carries a code of the last part in its \`error\`; no such code ever comes with a charge. Where a file of a request is refused, \`details.field\` says which field named it.

The table is data: \`import { errorCodes } from "@genbff/core"\`. In the browser, \`isGenbffError(error, "insufficient_credits")\` of [client-sdk](../packages/client-sdk/README.md) knows each code and its details; it adds \`network\` (nothing answered) and \`unexpected_answer\` (something else than the BFF answered).

`;

/** The page, as it must be. */
export function errorsPage(): string {
  const codes = Object.entries(errorCodes).map(([code, { status, retryable, message, sentence }]) => [
    `\`${code}\``,
    String(status),
    retryable ? "yes" : "no",
    message,
    sentence,
  ]);
  const byRoute = (Object.values(routes) as Route[]).map((route) => [
    `\`${route.method} ${route.path}\``,
    listed([...codesOf(route)].filter((code) => !sharedCodesOf(route).has(code))),
  ]);
  return [
    head,
    table(["Code", "Status", "Again", "When", "For people"], codes),
    "\n## By route\n\n",
    `Every route can answer ${listed(codesOfEvery.route)}; every route of a user or an operator ${listed(codesOfEvery.person)}; `,
    `every route that takes JSON ${listed(codesOfEvery.body)}; and a path with a method that it does not have \`method_not_allowed\`. `,
    "Beside those:\n\n",
    table(["Route", "Codes"], byRoute),
  ].join("");
}

const listed = (codes: readonly ErrorCode[]) => codes.map((code) => `\`${code}\``).join(", ");

/** Laid out as the formatter does. */
function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const rows = [head, ...body];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`,
  );
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return `${lines.join("\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await writeFile(new URL("../../docs/errors.md", import.meta.url), errorsPage());
