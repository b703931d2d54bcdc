import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testSecret, testToken } from "../../packages/core/src/testing/test-bff.ts";
import { type MeasuredProcess, startMeasured } from "../memory/measured-process.ts";
import type { AtRest } from "./at-rest.ts";
import type { BffSettings, Done } from "./bff-process.ts";
import type { Read, ReaderWork, Watch } from "./readers-process.ts";

/** A BFF in a process of its own. */
export interface WatchedBff {
  readonly address: string;
  rest(): Promise<AtRest>;
  /** What it has done since it was last asked. */
  done(): Promise<Done>;
  stop(): Promise<void>;
}

/** Starts it with files in a folder of its own. */
export async function startBff(databaseUrl: string, vendorUrl: string): Promise<WatchedBff> {
  const folder = await mkdtemp(join(tmpdir(), "genbff-bench-"));
  const settings: BffSettings = { databaseUrl, vendorUrl, folder, secret: testSecret };
  const child = await startMeasured("../watchers/bff-process.ts", JSON.stringify(settings));
  return {
    address: (child.ready as { address: string }).address,
    rest: async () => (await child.work("rest")) as AtRest,
    done: async () => (await child.work("done")) as Done,
    async stop() {
      await child.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Whoever watches, in another process. */
export interface Readers {
  /** Resolves when each has read something. @throws Error - one was refused. */
  open(address: string, watches: readonly Watch[]): Promise<void>;
  read(): Promise<Read>;
  leave(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it. */
export async function startReaders(): Promise<Readers> {
  const child: MeasuredProcess = await startMeasured("../watchers/readers-process.ts", "");
  const work = (order: ReaderWork) => child.work(order) as Promise<Read>;
  return {
    async open(address, watches) {
      await work({ do: "open", address, watches });
    },
    read: () => work({ do: "tell" }),
    async leave() {
      await work({ do: "leave" });
    },
    stop: () => child.stop(),
  };
}

/** Lasts longer than a round. */
export function tokenOf(user: string): Promise<string> {
  return testToken(user, { exp: Math.floor(Date.now() / 1000) + 3600 });
}

/** One user, and what they may do. */
export interface User {
  readonly token: string;
  /** @throws Error - it was refused. */
  post(path: string, body: object): Promise<Record<string, unknown>>;
}

/** Makes one; the wallet is made by the first request. */
export async function createUser(address: string, name: string): Promise<User> {
  const token = await tokenOf(name);
  return {
    token,
    async post(path, body) {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const init = { method: "POST", headers, body: JSON.stringify(body) };
      const response = await fetch(new URL(path, address), init);
      if (!response.ok) throw new Error(`${path} answers ${response.status}: ${await response.text()}`);
      return (await response.json()) as Record<string, unknown>;
    },
  };
}
