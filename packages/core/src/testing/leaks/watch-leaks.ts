import type { Logger } from "../../shared/logger.ts";
import { type Leaks, searchLeaks, secretShapes, signedByUs, vendorNames } from "./search-leaks.ts";
import { vendorCanary } from "./vendor-canary.ts";

/** What must not get out of the BFF of a test. */
export interface Confidential {
  /** What its vendors say, and the ids of their jobs: nobody outside may read them. `vendorCanary` always is. */
  readonly words?: readonly string[];
  /** Keys and secrets: they stand in no log line either. */
  readonly secrets?: readonly string[];
  /** The test sells under the vendors' own names, as a team may: they are no leak there. */
  readonly vendorsAreNamed?: boolean;
  /** Where the server tells a developer of the vendors, on purpose: a path, and all below it. */
  readonly toDevelopers?: string;
}

/** Looks at everything that a BFF lets out, and changes nothing of it. */
export interface LeakWatch {
  /** A `fetch` whose answers are searched on their way out: their headers, JSON, pages, events, and what is told in a file. */
  fetch<Rest extends unknown[]>(
    fetch: (request: Request, ...rest: Rest) => Promise<Response>,
  ): (request: Request, ...rest: Rest) => Promise<Response>;
  /** The same for one answer that is there already. @throws Error - what nobody may read stands in its headers. */
  answer(where: string, response: Response): Response;
  /** A logger whose lines are searched before they are written. */
  logger(logger: Logger): Logger;
  /** What people outside can read. */
  readonly outside: Leaks;
  readonly logs: Leaks;
  /**
   * Call it last.
   *
   * @throws Error - something got out: what, and where.
   */
  end(): void;
}

const isFileType = (type: string) =>
  /^(?:image|model|audio|video)\/|^application\/(?:octet-stream|zip|vnd\.)/.test(type);

/**
 * Watches one BFF (`reliability-spec.md` 8.6). An answer with a leak fails the request that asked for it; a log line can
 * fail nobody, so `end` tells of both.
 */
export function watchLeaks({
  words = [],
  secrets = [],
  vendorsAreNamed = false,
  toDevelopers,
}: Confidential = {}): LeakWatch {
  const outside = searchLeaks(
    [vendorCanary, ...words, ...secrets],
    vendorsAreNamed ? undefined : vendorNames,
    signedByUs,
  );
  const logs = searchLeaks(secrets, secretShapes);
  const answer: LeakWatch["answer"] = (where, response) => {
    const [, path = ""] = where.split(" ");
    if (toDevelopers !== undefined && `${path}/`.startsWith(`${toDevelopers}/`)) return response;
    const heads = [...response.headers].map((pair) => pair.join(": ")).join("\n");
    stopAt(outside.look(`${where}, its headers,`, heads));
    if (response.body === null) return response;
    const isFile = isFileType(response.headers.get("content-type") ?? "");
    return new Response(searched(response.body, outside, where, isFile), response);
  };
  return {
    outside,
    logs,
    answer,
    fetch:
      (fetch) =>
      async (request, ...rest) => {
        const response = await fetch(request, ...rest);
        return answer(`${request.method} ${new URL(request.url).pathname}`, response);
      },
    logger(logger) {
      const looked = (level: keyof Logger) => (fields: Record<string, unknown>, message: string) => {
        logs.look("a log line", `${message} ${JSON.stringify(fields, withErrors)}`);
        logger[level](fields, message);
      };
      return {
        debug: looked("debug"),
        info: looked("info"),
        warn: looked("warn"),
        error: looked("error"),
      };
    },
    end() {
      const leaks = [...outside.found, ...logs.found];
      if (leaks.length > 0) throw new Error(`what nobody may read got out:\n${leaks.join("\n")}`);
    },
  };
}

/** JSON tells nothing of an error; a logger tells all of it. */
const withErrors = (_: string, value: unknown) =>
  value instanceof Error
    ? { ...value, message: value.message, stack: value.stack, cause: value.cause }
    : value;

/** The same bytes, at the pace of whoever reads them. */
function searched(
  body: ReadableStream<Uint8Array>,
  leaks: Leaks,
  where: string,
  isFile: boolean,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const pieces = leaks.pieces(where, isFile);
  const decoder = new TextDecoder(isFile ? "latin1" : "utf-8");
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read().catch((error: unknown) => {
          // Where the line breaks, what came before was let out.
          stopAt(pieces.end());
          throw error;
        });
        if (done) {
          stopAt(pieces.end());
          return controller.close();
        }
        controller.enqueue(value);
        stopAt(pieces.push(decoder.decode(value, { stream: true })));
      },
      // What was read of it was let out, whoever leaves.
      async cancel(reason) {
        pieces.end();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function stopAt(leak: string | undefined): void {
  if (leak !== undefined) throw new Error(`what nobody may read got out: ${leak}`);
}
