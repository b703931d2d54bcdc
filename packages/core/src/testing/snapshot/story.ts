import type { Client, QueryArrayResult } from "pg";
import { sqlStateOf } from "../../database/sql-error.ts";

/**
 * Runs a story and tells it with its results in between, as a terminal would.
 *
 * A story is SQL with comments. A statement ends where a line ends in a semicolon, so it holds no block of code.
 * A refused statement is part of the story, and the next one goes on. What differs from run to run is replaced:
 * ids by `id-1`, `id-2`, in the order in which they appear, times by `<time>`.
 */
export async function tellStory(client: Client, story: string): Promise<string> {
  const told: string[] = [];
  const steady = steadyText();
  for (const passage of passages(story)) {
    told.push(passage, await resultOf(client, passage, steady));
  }
  return `${told.filter(Boolean).join("\n\n")}\n`;
}

function passages(story: string): string[] {
  return story
    .replaceAll("\r\n", "\n")
    .split(/(?<=;[ \t]*)\n/)
    .map((passage) => passage.trim())
    .filter(Boolean);
}

const asText = { getTypeParser: () => (value: string) => value };

async function resultOf(client: Client, statement: string, steady: Steady): Promise<string> {
  if (statement.split("\n").every((line) => line.startsWith("--"))) return "";
  try {
    const result = await client.query({ text: statement, rowMode: "array", types: asText });
    return table(result as QueryArrayResult<(string | null)[]>, steady);
  } catch (error) {
    const { message, detail } = error as Error & { detail?: string };
    return [`ERROR ${sqlStateOf(error)}: ${message}`, ...(detail ? [`DETAIL: ${steady(detail)}`] : [])].join(
      "\n",
    );
  }
}

function table(result: QueryArrayResult<(string | null)[]>, steady: Steady): string {
  const { fields, rows, command, rowCount } = result;
  if (fields.length === 0) return `${command} ${rowCount ?? ""}`.trimEnd();
  const header = fields.map((field) => field.name);
  const cells = rows.map((row) => row.map((cell) => steady(cell ?? "")));
  const widths = header.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: string[]) =>
    ` ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")}`.trimEnd();
  return [
    line(header),
    widths.map((width) => "-".repeat(width + 2)).join("+"),
    ...cells.map(line),
    `(${rows.length} ${rows.length === 1 ? "row" : "rows"})`,
  ].join("\n");
}

const id = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const time = /\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d)?)?/g;

/** The same text in every run. */
type Steady = (text: string) => string;

function steadyText(): Steady {
  const names = new Map<string, string>();
  const nameOf = (found: string) => {
    const name = names.get(found) ?? `id-${names.size + 1}`;
    names.set(found, name);
    return name;
  };
  return (text) => text.replaceAll(time, "<time>").replaceAll(id, nameOf);
}
