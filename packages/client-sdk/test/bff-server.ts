/** A BFF in a few lines, as a real HTTP server: each test says what a route answers. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as it arrived. */
export interface Received {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  body: Buffer;
  json(): Record<string, unknown>;
}

export type Answer = (response: ServerResponse, request: Received) => void | Promise<void>;

export interface BffServer {
  baseUrl: string;
  received: Received[];
  /** `"GET /tasks/{id}/status"` without parameters filled in: the path as it is asked for. */
  on(route: string, ...answers: [Answer, ...Answer[]]): void;
  /** The requests of one route. */
  of(route: string): Received[];
  /** Breaks every open connection. */
  cut(): void;
  close(): Promise<void>;
}

/**
 * Starts one on a free port. The last answer of a route is repeated; an unknown route is `404 not_found`.
 *
 * @param options - `routes`: what it answers from its first moment, where a client is waiting for it.
 */
export async function startBffServer(
  options: { port?: number; routes?: Record<string, Answer[]> } = {},
): Promise<BffServer> {
  const routes = new Map<string, Answer[]>(Object.entries(options.routes ?? {}));
  const received: Received[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch {
      return; // The client went away while it was sending.
    }
    const url = new URL(incoming.url ?? "/", "http://localhost");
    const body = Buffer.concat(chunks);
    const request: Received = {
      method: incoming.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body,
      json: () => JSON.parse(body.toString()),
    };
    allowEveryOrigin(response);
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    received.push(request);
    const answers = routes.get(`${request.method} ${request.path.replace(/^\/api/, "")}`);
    const answer =
      (answers && answers.length > 1 ? answers.shift() : answers?.[0]) ?? failing(404, "not_found");
    await answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/api`,
    received,
    on: (route, ...answers) => void routes.set(route, answers),
    of: (route) => received.filter((one) => `${one.method} ${one.path.replace(/^\/api/, "")}` === route),
    cut: () => server.closeAllConnections(),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function allowEveryOrigin(response: ServerResponse): void {
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-allow-methods", "GET, POST, PUT");
  response.setHeader(
    "access-control-allow-headers",
    "authorization, content-type, idempotency-key, last-event-id, prefer",
  );
  response.setHeader("access-control-expose-headers", "retry-after, x-request-id");
}

/** A JSON answer. */
export function answering(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) =>
    void response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(JSON.stringify(body));
}

/** An error in the one shape. */
export function failing(
  status: number,
  error: string,
  rest: { details?: object; headers?: Record<string, string> } = {},
): Answer {
  const { headers, ...more } = rest;
  return answering(status, { error, message: `About ${error}.`, request_id: "request-1", ...more }, headers);
}

/** The connection breaks before an answer. */
export const dropping: Answer = (response) => void response.destroy();

/**
 * A stream of events, and what comes after them. A cut may take the events with it: to cut after they were read, hold
 * the stream and let the reader call `cut()`.
 */
export function streaming(
  events: { event?: string; id?: string | number; data: unknown }[],
  then: "end" | "hold" | "cut" = "end",
): Answer {
  return (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    const text = events.map(
      ({ event = "generation", id, data }) =>
        `event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`,
    );
    response.write(`: hello\n\n${text.join("")}`, () => {
      if (then === "end") response.end();
      if (then === "cut") response.destroy();
    });
  };
}
