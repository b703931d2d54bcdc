import type { Logger } from "@genbff/core";

const write = (level: string) => (fields: object, message: string) =>
  console.log(JSON.stringify({ level, message, ...fields }));

/** What Lambda's log takes apart by itself. Only ids and names are ever handed to it. */
export const jsonLines: Logger = {
  debug: () => undefined,
  info: write("info"),
  warn: write("warn"),
  error: write("error"),
};

/** A failure's name: its text may hold what no log should. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
