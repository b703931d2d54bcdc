import { mkdtemp, rm } from "node:fs/promises";
import { Agent, type IncomingMessage, type RequestOptions, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testSecret, testToken } from "../../packages/core/src/testing/test-bff.ts";
import { startMeasured } from "../memory/measured-process.ts";
import type { ServerSettings } from "./server-process.ts";

/** Times of one kind of request, in ms, ascending. */
export interface Times {
  /** From the first byte sent to the last one read. */
  readonly whole: readonly number[];
  /** Of that, how long it waited for the database; always 0 for an echo. */
  readonly database: readonly number[];
  /** What is left. */
  readonly own: readonly number[];
  /** The server's processor time for one, the driver of the database included, whatever else the machine does. */
  readonly processorMs: number;
}

export const kinds = ["echo", "status", "echoed post", "generate", "generate, new token"] as const;
export type Kind = (typeof kinds)[number];

/** Asks for everything in turn, one request at a time, over one connection. The first tenth warms up. */
export async function measureRound(
  databaseUrl: string,
  requests: number,
  name: string,
): Promise<Record<Kind, Times>> {
  const folder = await mkdtemp(join(tmpdir(), "genbff-bench-"));
  const settings: ServerSettings = { databaseUrl, folder, secret: testSecret };
  const server = await startMeasured("../http/server-process.ts", JSON.stringify(settings));
  const warmUp = Math.ceil(requests / 10);
  const block = Math.ceil(requests / 4);
  const token = await testToken(name);
  const newTokens = await Promise.all(
    Array.from({ length: warmUp + requests + block }, (_, index) => testToken(name, { jti: String(index) })),
  );
  const client = createClient((server.ready as { address: string }).address, token);
  try {
    const input = (at: number) => ({ task_id: `${name}-${at}`, prompt: "a fox who reads the newspaper" });
    const made = JSON.parse((await client.send("POST", "/api/generate/text-to-image", input(0))).text);
    const ask: Record<Kind, (at: number) => Promise<Answer>> = {
      echo: (at) => client.send("GET", `/echo/${at}`),
      status: () => client.send("GET", `/api/tasks/${made.generation_id}/status`),
      "echoed post": (at) => client.send("POST", "/echo", input(at)),
      generate: (at) => client.send("POST", "/api/generate/text-to-image", input(at)),
      "generate, new token": (at) =>
        client.send("POST", "/api/generate/text-to-image", input(-at), newTokens.pop()),
    };
    const answers = Object.fromEntries(kinds.map((kind) => [kind, [] as Answer[]])) as Record<Kind, Answer[]>;
    for (let at = 1; at <= warmUp + requests; at++)
      for (let turn = 0; turn < kinds.length; turn++) {
        // By steps of 1 to 4 in turns, so that each follows each of the others equally often: five is prime.
        const kind = kinds[(turn * (1 + (at % (kinds.length - 1))) + at) % kinds.length] as Kind;
        const answer = await ask[kind](at);
        if (at > warmUp) answers[kind].push(answer);
      }
    const processorMs = {} as Record<Kind, number>;
    for (const kind of kinds) {
      const before = (await server.work({})) as number;
      for (let at = 0; at < block; at++) await ask[kind](2 * (warmUp + requests) + at);
      processorMs[kind] = (((await server.work({})) as number) - before) / block;
    }
    const times = (kind: Kind): Times => ({ ...timesOf(answers[kind]), processorMs: processorMs[kind] });
    return Object.fromEntries(kinds.map((kind) => [kind, times(kind)])) as Record<Kind, Times>;
  } finally {
    client.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function timesOf(answers: readonly Answer[]) {
  const sorted = (of: (answer: Answer) => number) => answers.map(of).toSorted((a, b) => a - b);
  return {
    whole: sorted(({ ms }) => ms),
    database: sorted(({ databaseMs }) => databaseMs),
    own: sorted(({ ms, databaseMs }) => ms - databaseMs),
  };
}

interface Answer {
  readonly ms: number;
  readonly databaseMs: number;
  readonly text: string;
}

function createClient(address: string, usualToken: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headersOf = (token: string, body: string | undefined) => ({
    authorization: `Bearer ${token}`,
    ...(body === undefined
      ? {}
      : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
  });
  return {
    async send(
      method: "GET" | "POST",
      path: string,
      json?: object,
      token: string = usualToken,
    ): Promise<Answer> {
      const body = json === undefined ? undefined : JSON.stringify(json);
      const options = { method, agent, headers: headersOf(token, body) };
      const since = performance.now();
      const { response, text } = await exchange(new URL(path, address), options, body);
      const ms = performance.now() - since;
      if ((response.statusCode ?? 500) >= 300)
        throw new Error(`${path} answers ${response.statusCode}: ${text}`);
      return { ms, databaseMs: Number(response.headers["x-database-ms"] ?? 0), text };
    },
    close: () => agent.destroy(),
  };
}

function exchange(
  url: URL,
  options: RequestOptions,
  body: string | undefined,
): Promise<{ response: IncomingMessage; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        text += piece;
      });
      response.on("end", () => resolve({ response, text }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}
