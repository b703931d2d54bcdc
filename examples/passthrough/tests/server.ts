import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { files } from "@genbff/core/files";
import { type Simulator, startSimulator } from "@genbff/simulator";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../../packages/core/src/testing/embedded/test-database.ts";
import { watchServer } from "../../../packages/core/src/testing/leaks/watch-server.ts";
import { createApp } from "../src/app.ts";
import { readSettings } from "../src/settings.ts";

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every route.
  readonly json: any;
}

/** The whole example on a real port, with simulated vendors and a database of its own. */
export interface PassthroughServer {
  readonly url: string;
  readonly simulator: Simulator;
  readonly test: TestDatabase;
  /** A token, by the page's own door. */
  tokenOf(user: string): Promise<string>;
  ask(user: string | undefined, path: string, body?: object | FormData, key?: string): Promise<Answer>;
  /** Asks until it has ended. */
  ended(user: string, taskId: string, service: string): Promise<Answer>;
  /** Rejects where the books do not balance, or a secret got out. */
  close(): Promise<void>;
}

const secret = "a secret of at least thirty-two letters";

/** Starts one. */
export async function startServer(
  variables: Record<string, string> = {},
  simulated: { readonly jobMs?: number; readonly latencyMs?: number } = {},
): Promise<PassthroughServer> {
  const folder = await mkdtemp(join(tmpdir(), "passthrough-"));
  const [simulator, test] = await Promise.all([
    startSimulator({ jobMs: 200, ...simulated }),
    createTestDatabase({ max: 8 }),
  ]);
  // Vendors' URLs are handed on: that is what it is for.
  const watch = watchServer("the example", {
    secrets: [secret, "tsk_local", "sk-local"],
    vendorsAreNamed: true,
  });
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const { app, bff } = createApp(readSettings(variables), {
    database: test.database,
    keep: files(folder),
    secret,
    logger: watch.logger(quiet),
    simulatorUrl: simulator.url,
  });
  await bff.start();
  const server: Server = await new Promise((resolve) => {
    const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  const url = watch.at(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const tokens = new Map<string, Promise<string>>();

  async function signIn(user: string): Promise<string> {
    const answer = await fetch(`${url}/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ user }),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  }
  const tokenOf = (user: string) => {
    const token = tokens.get(user) ?? signIn(user);
    tokens.set(user, token);
    return token;
  };
  const ask: PassthroughServer["ask"] = async (user, path, body, key) => {
    const headers = new Headers(key === undefined ? {} : { "idempotency-key": key });
    if (user !== undefined) headers.set("authorization", `Bearer ${await tokenOf(user)}`);
    if (body !== undefined && !(body instanceof FormData)) headers.set("content-type", "application/json");
    const sent = body instanceof FormData ? body : JSON.stringify(body);
    const request = new Request(url + path, {
      method: body === undefined ? "GET" : "POST",
      headers,
      ...(body === undefined ? {} : { body: sent }),
    });
    const response = await fetch(request);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    return { status: response.status, headers: response.headers, json: isJson ? JSON.parse(text) : text };
  };
  return {
    url,
    simulator,
    test,
    tokenOf,
    ask,
    async ended(user, taskId, service) {
      for (;;) {
        const answer = await ask(user, `/tasks/${taskId}/status?service=${service}`);
        if (answer.status !== 200 || /completed|failed/.test(answer.json.status)) return answer;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async close() {
      server.close();
      const violations = await test.database.call("genbff_violations", {});
      await bff.stop(2000);
      await Promise.all([simulator.close(), test.close(), rm(folder, { recursive: true, force: true })]);
      watch.end();
      if (JSON.stringify(violations) !== "[]") throw new Error(`violations: ${JSON.stringify(violations)}`);
    },
  };
}
