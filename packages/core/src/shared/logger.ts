/** Where the library writes. pino fits as it is; so does any object with these four methods. */
export interface Logger {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** The default: warnings and errors to the console, one JSON line each. Prompts, keys and URLs are never among the fields. */
export const consoleLogger: Logger = {
  debug() {},
  info() {},
  warn: (fields, message) => console.warn(toLine("warn", fields, message)),
  error: (fields, message) => console.error(toLine("error", fields, message)),
};

function toLine(level: string, fields: Record<string, unknown>, message: string): string {
  return JSON.stringify({ level, message, ...fields }, (_key, value: unknown) =>
    value instanceof Error
      ? { name: value.name, message: value.message, code: (value as { code?: unknown }).code }
      : value,
  );
}
