import { redact } from "./redact.ts";
import { redactText } from "./redact-text.ts";

/** Where the library writes. pino fits as it is; so does any object with these four methods. */
export interface Logger {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** The default: warnings and errors to the console, one JSON line each. */
export const consoleLogger: Logger = {
  debug() {},
  info() {},
  warn: (fields, message) => console.warn(JSON.stringify({ level: "warn", message, ...fields })),
  error: (fields, message) => console.error(JSON.stringify({ level: "error", message, ...fields })),
};

/** The same logger, told nothing secret: keys, tokens, prompts and the queries of URLs are taken out before it sees them. */
export function redacting(logger: Logger): Logger {
  return {
    debug: (fields, message) => logger.debug(redact(fields), redactText(message)),
    info: (fields, message) => logger.info(redact(fields), redactText(message)),
    warn: (fields, message) => logger.warn(redact(fields), redactText(message)),
    error: (fields, message) => logger.error(redact(fields), redactText(message)),
  };
}
