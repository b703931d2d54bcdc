import { readFile } from "node:fs/promises";

/** The cells of every table below one heading of a page, without heads; a `\|` in a cell stays as it is. */
export async function readmeRows(readme: URL, heading: string): Promise<string[][]> {
  const page = await readFile(readme, "utf8");
  const lines = (page.split(`\n${heading}\n`)[1]?.split("\n## ")[0] ?? "").split("\n");
  const rows = lines.flatMap((line, at) => {
    const isHead = /^\| ?-/.test(line) || /^\| ?-/.test(lines[at + 1] ?? "");
    return line.startsWith("| ") && !isHead ? [line.split(/(?<!\\)\|/).slice(1, -1)] : [];
  });
  if (rows.length === 0) throw new Error(`no table below "${heading}"`);
  return rows.map((cells) => cells.map((cell) => cell.trim()));
}

/** Variable → its default as the page has it; undefined where that is words, e.g. "none". */
export async function readmeSettings(readme: URL): Promise<Record<string, string | undefined>> {
  const rows = await readmeRows(readme, "## Settings");
  return Object.fromEntries(
    rows.flatMap(([names = "", defaults = ""]) => {
      const values = defaults.split(", ").map((value) => /^`(.*)`$/.exec(value)?.[1]);
      return [...names.matchAll(/`(.+?)`/g)].map(([, name = ""], at) => [
        name,
        values.length === 1 ? values[0] : values[at],
      ]);
    }),
  );
}

/** A schema of the environment as such a table has to tell it. */
export function settingsOf(schema: {
  readonly shape: object;
  parse(variables: object): object;
}): Record<string, string | undefined> {
  const defaults = schema.parse({}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(schema.shape).map((name) => {
      const text = String(defaults[name] ?? "");
      return [name, text === "" ? undefined : text];
    }),
  );
}
