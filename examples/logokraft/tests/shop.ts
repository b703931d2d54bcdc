import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Simulator, startSimulator } from "@genbff/simulator";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../../packages/core/src/testing/embedded/test-database.ts";
import { vendorCanary } from "../../../packages/core/src/testing/leaks/vendor-canary.ts";
import { watchLeaks } from "../../../packages/core/src/testing/leaks/watch-leaks.ts";
import { readEvents } from "../../../packages/core/src/testing/read-events.ts";
import { createApi } from "../src/api/index.ts";
import { createLogokraft, migrations, vendorsOf } from "../src/bff.ts";
import { readConfig } from "../src/config.ts";
import { partsOf } from "../src/parts.ts";

const tokenSecret = "tokens-tokens-tokens-tokens-tokens";
const linkSecret = "links-links-links-links-links-links";
export const password = "correct horse battery";

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every route.
  readonly json: any;
}

/** An `asset` event, or what `refine` answers. */
export interface ShownAsset {
  readonly id: string;
  readonly project_id: string;
  readonly parent_asset_id: string | null;
  readonly asset_type: string;
  readonly status: string;
  readonly asset_url: string | null;
  readonly generation_prompt: string | null;
  readonly error: { readonly error: string } | null;
}

/** The API of the example on a real database, with the simulated vendors, searched for what nobody may read. */
export interface Shop {
  readonly simulator: Simulator;
  readonly test: TestDatabase;
  /** Who is signed up and logged in, by name. */
  tokenOf(name: string): Promise<string>;
  send(path: string, init?: RequestInit & { readonly address?: string }): Promise<Response>;
  /** As somebody; a body is JSON or a form. */
  ask(name: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
  /** A new project; resolves to its id. */
  make(name: string, brief: object): Promise<string>;
  /** Follows a project until so many assets have ended; every event there was. */
  follow(name: string, projectId: string, ends: number): Promise<ShownAsset[]>;
  close(): Promise<void>;
}

/** Opens one. */
export async function openShop(environment: Record<string, string> = {}): Promise<Shop> {
  const simulator = await startSimulator({ canary: vendorCanary });
  const test = await createTestDatabase({ migrations });
  const folder = await mkdtemp(join(tmpdir(), "genbff-logokraft-"));
  const watch = watchLeaks({
    words: ["127.0.0.1"],
    secrets: [vendorCanary, tokenSecret, linkSecret, password],
  });
  const logger = watch.logger({ debug() {}, info() {}, warn() {}, error() {} });
  const config = readConfig({ DATA_DIR: folder, DATABASE_URL: test.url, SWEEP_MS: "100", ...environment });
  const host = { linkSecret, simulatorUrl: simulator.url, logger };
  const bff = createLogokraft(config, partsOf(config, tokenSecret), vendorsOf(config, simulator.url), host);
  await bff.start();
  const fetch = watch.fetch(createApi(bff, logger).fetch);

  const tokens = new Map<string, Promise<string>>();
  const send: Shop["send"] = (path, { address = "192.0.2.1", ...init } = {}) =>
    fetch(new Request(new URL(path, "http://shop.test/api/v1/"), init), { remoteAddress: address });
  const post = (path: string, body: object) =>
    send(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
  const tokenOf: Shop["tokenOf"] = (name) => {
    const enter = async () => {
      const who = { email: `${name}@example.com`, password };
      await post("auth/signup", who);
      return ((await (await post("auth/login", who)).json()) as { access_token: string }).access_token;
    };
    const token = tokens.get(name) ?? enter();
    tokens.set(name, token);
    return token;
  };
  const ask: Shop["ask"] = async (name, path, body, more = {}) => {
    const isForm = body instanceof FormData;
    const headers = new Headers({ authorization: `Bearer ${await tokenOf(name)}`, ...more });
    if (body && !isForm) headers.set("content-type", "application/json");
    const init = body ? { method: "POST", body: isForm ? body : JSON.stringify(body) } : {};
    const answer = await send(path, { headers, ...init });
    return { status: answer.status, headers: answer.headers, json: await answer.json() };
  };
  return {
    simulator,
    test,
    tokenOf,
    send,
    ask,
    async make(name, brief) {
      const { status, json } = await ask(name, "projects", formOf(brief));
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(json)}`);
      return json.project_id;
    },
    async follow(name, projectId, ends) {
      const headers = { authorization: `Bearer ${await tokenOf(name)}` };
      const events = await readEvents(await send(`projects/${projectId}/stream`, { headers }), (so) => {
        const ended = so.filter(({ data }) => ["completed", "failed"].includes(String(data.status)));
        return new Set(ended.map(({ data }) => data.id)).size >= ends;
      });
      return events.filter(({ event }) => event === "asset").map(({ data }) => data as unknown as ShownAsset);
    },
    async close() {
      await bff.stop(2000);
      await simulator.close();
      await test.close();
      await rm(folder, { recursive: true, force: true });
      watch.end();
    },
  };
}

/** A form for a new project. */
export function formOf(brief: object | string, file?: File): FormData {
  const form = new FormData();
  form.set("brief_data", typeof brief === "string" ? brief : JSON.stringify(brief));
  if (file) form.set("inspiration_file", file);
  return form;
}
