import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { GenerationStatus } from "@genbff/core/contract";
import { type FaultRule, type Simulator, startSimulator } from "@genbff/simulator";
import { SignJWT } from "jose";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../../packages/core/src/testing/embedded/test-database.ts";
import { vendorCanary } from "../../../packages/core/src/testing/leaks/vendor-canary.ts";
import { type LeakWatch, watchLeaks } from "../../../packages/core/src/testing/leaks/watch-leaks.ts";
import { createMakeit3d } from "../src/bff.ts";
import { readConfig } from "../src/config.ts";

const secrets = {
  links: "links-links-links-links-links-links",
  tokens: "tokens-tokens-tokens-tokens-tokens",
};

/** An answer with everything a leak could hide in. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every route.
  readonly json: any;
}

/** The example's own BFF on a real database of its own, with a simulator that can be told to misbehave. */
export interface Shop {
  readonly bff: ReturnType<typeof createMakeit3d>;
  readonly simulator: Simulator;
  readonly test: TestDatabase;
  /** What was looked through until now, and must not hold a word of the vendors. */
  readonly watch: LeakWatch;
  tokenOf(user: string): Promise<string>;
  ask(
    user: string,
    path: string,
    body?: object | FormData,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** Starts one and waits for its end. */
  make(user: string, operation: string, body: object): Promise<GenerationStatus>;
  fault(...rules: FaultRule[]): void;
  /** Rejects where something got out that nobody may read. */
  close(): Promise<void>;
}

/** Hosts, models and keys of the vendors. Their names are the example's own, unless `PROVIDER_NAMES` gives them others. */
const vendorsWords = ["tripo3d", "openai.com", "gpt-image", "sk-local", "tsk_local", "127.0.0.1"];

/** Opens one. Leases and paces are those of a test; the code is the example's. */
export async function openShop(
  options: { credits?: number; environment?: Record<string, string> } = {},
): Promise<Shop> {
  const simulator = await startSimulator({ jobMs: 200, canary: vendorCanary });
  const migrations = [{ name: "makeit3d", path: fileURLToPath(new URL("../sql", import.meta.url)) }];
  const test = await createTestDatabase({ migrations });
  const dataDir = await mkdtemp(join(tmpdir(), "genbff-shop-"));
  const watch = watchLeaks({
    words: vendorsWords,
    secrets: [vendorCanary, secrets.links, secrets.tokens],
    vendorsAreNamed: true,
  });
  const logger = watch.logger({ debug() {}, info() {}, warn() {}, error() {} });
  const config = readConfig({
    DATA_DIR: dataDir,
    DATABASE_URL: test.url,
    LEASE_MS: "60000",
    SWEEP_MS: "100",
    SIGN_UP_CREDITS: String(options.credits ?? 100),
    ...options.environment,
  });
  const bff = createMakeit3d(config, secrets, logger, simulator.url);
  await bff.start();
  const fetch = watch.fetch(bff.fetch);

  const tokens = new Map<string, string>();
  const tokenOf = async (user: string) => {
    const known =
      tokens.get(user) ??
      (await new SignJWT({})
        .setProtectedHeader({ alg: "HS256" })
        .setSubject(user)
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(new TextEncoder().encode(secrets.tokens)));
    tokens.set(user, known);
    return known;
  };
  const ask: Shop["ask"] = async (user, path, body, headers = {}) => {
    const form = body instanceof FormData;
    const request = new Request(`http://shop.test/api${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        authorization: `Bearer ${await tokenOf(user)}`,
        ...(body === undefined || form ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
    });
    const response = await fetch(request);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text.startsWith("{") ? JSON.parse(text) : undefined,
    };
  };
  return {
    bff: { ...bff, fetch },
    tokenOf,
    simulator,
    test,
    watch,
    ask,
    async make(user, operation, body) {
      const task_id = `task-${crypto.randomUUID()}`;
      const started = await ask(user, `/generate/${operation}`, { task_id, ...body });
      if (started.status !== 202) throw new Error(`${operation}: ${started.status} ${started.text}`);
      for (let tries = 0; tries < 10; tries++) {
        const status = (await ask(user, `/tasks/${started.json.generation_id}/status?wait=20&version=99`))
          .json as GenerationStatus;
        if (status.error !== null || status.status === "complete") return status;
      }
      throw new Error(`${operation} never ended`);
    },
    fault: (...rules) => simulator.setFaults(rules),
    async close() {
      await bff.stop(2000);
      await simulator.close();
      await test.close();
      await rm(dataDir, { recursive: true, force: true });
      watch.end();
    },
  };
}
