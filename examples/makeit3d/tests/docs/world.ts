import type { AddressInfo } from "node:net";
import { Server } from "node:net";
import { join } from "node:path";
import { type Simulator, startSimulator } from "@genbff/simulator";
import { SignJWT } from "jose";
import sharp from "sharp";
import { vi } from "vitest";
import { hasRedis, startRedis } from "../../../../packages/core/src/testing/embedded/redis-server.ts";
import { createTestDatabase } from "../../../../packages/core/src/testing/embedded/test-database.ts";
import { secretsIn, watchServer } from "../../../../packages/core/src/testing/leaks/watch-server.ts";
import { playDeno } from "../../../../tests/hosts/deno.ts";
import type { App } from "../../src/bff.ts";
import { type Receive, startBackend, webhookSecret } from "./backend.ts";
import { startFarm } from "./farm.ts";
import { project, startIssuer } from "./issuer.ts";
import { clientFile } from "./scratch.ts";

/** What is needed of any BFF that a page makes. */
type AnyBff = Pick<App, "fetch" | "stop">;

/** What a page finds when its blocks run: variables, vendors, a browser's globals, ports that are free. */
export interface World {
  /** Runs one block's file. */
  run(path: string): Promise<void>;
  /** Everything that was rendered, in order. */
  readonly rendered: unknown[];
  /** Where `http://localhost:3000` of the page is. */
  readonly serverUrl: () => string;
  close(): Promise<void>;
}

const secret = "a secret of at least thirty-two letters";
/** Supabase takes it off the path before a function sees it. */
const edge = "http://localhost:54321/functions/v1/";
const vendors = { "https://api.openai.com/v1": "openai/v1", "https://openapi.tripo3d.ai/v3": "tripo/v3" };

/**
 * Opens one in a folder. One at a time: it is the whole process that is prepared.
 *
 * @param server - Where its database is made: the run's Postgres, or the one with Supabase's roles.
 */
export async function openWorld(folder: string, server: string): Promise<World> {
  const [simulator, database, farm, issuer, backend, redis] = await Promise.all([
    startSimulator({ jobMs: 300 }),
    createTestDatabase({ empty: true, server }),
    startFarm(),
    startIssuer(),
    startBackend(),
    hasRedis ? startRedis() : undefined,
  ]);
  const before = { cwd: process.cwd(), fetch: globalThis.fetch };
  // Hono's server puts its own in their place.
  const fetchObjects = { Request: globalThis.Request, Response: globalThis.Response };
  const deno = playDeno();
  const signals = process.listeners("SIGTERM");
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: "HS256" })
    .setSubject("ada")
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(secret));
  process.chdir(folder);
  const environment = {
    DATABASE_URL: database.url,
    POOLER_URL: database.url,
    AUTH_JWT_SECRET: secret,
    LINK_SECRET: secret,
    OPENAI_API_KEY: "sk-any",
    TRIPO_API_KEY: "tsk_any",
    // Where there is none, the pages' workers go on by their sweeps.
    REDIS_URL: `redis://127.0.0.1:${redis?.port ?? 1}`,
    SIMULATOR_URL: simulator.url,
    FARM_URL: farm.url,
    WEBHOOK_URL: backend.url,
    WEBHOOK_ORIGIN: new URL(backend.url).origin,
    WEBHOOK_SECRET: webhookSecret,
    TOKEN: token,
    SUPABASE_TOKEN: issuer.token,
    SUPABASE_URL: project,
    SUPABASE_SERVICE_ROLE_KEY: "sb_secret_any",
    SUPABASE_PUBLISHABLE_KEY: "sb_publishable_any",
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);

  // The pages sell under the vendors' own names.
  const watch = watchServer("a page", {
    words: [simulator.url],
    secrets: secretsIn({ ...environment, TOKEN: "", SUPABASE_TOKEN: "" }),
    vendorsAreNamed: true,
  });
  const ports = takePorts();
  const bffs = new Set<AnyBff>();
  const serverUrl = () => {
    const address = ports.servers.at(-1)?.address() as AddressInfo | null | undefined;
    if (!address) throw new Error("The page has not started a server");
    return watch.at(`http://127.0.0.1:${address.port}`);
  };
  globalThis.fetch = async (input, init) => {
    const asked = input instanceof Request ? input.url : String(input);
    const url = toPlayed(new URL(asked, "http://localhost:3000").href, simulator).replace(
      project,
      issuer.url,
    );
    const request = (to: string) => new Request(to, input instanceof Request ? input : init);
    if (url.startsWith(edge)) return before.fetch(request(`${deno.url()}/${url.slice(edge.length)}`));
    if (url.startsWith("http://127.0.0.1:")) return before.fetch(request(url));
    if (!url.startsWith("http://localhost:3000/")) throw new Error(`A page may not reach ${url}`);
    if (ports.servers.length > 0)
      return before.fetch(request(url.replace("http://localhost:3000", serverUrl())));
    if (bffs.size === 0) await run(join(folder, "bff.ts"));
    const [bff] = [...bffs].slice(-1);
    if (!bff) throw new Error("The page has no server and no bff");
    return watch.fetch(bff.fetch)(request(url));
  };
  const run = async (path: string) => {
    const module = (await import(/* @vite-ignore */ path)) as { bff?: AnyBff; receive?: Receive };
    if (module.receive !== undefined) backend.receiveWith(module.receive);
    if (module.bff === undefined || bffs.has(module.bff)) return;
    // Of two BFFs of a page the later one goes on: two with different providers never share a database.
    if (ports.servers.length === 0) for (const bff of bffs) await bff.stop(2000);
    if (ports.servers.length === 0) bffs.clear();
    bffs.add(module.bff);
  };

  const rendered: unknown[] = [];
  const photo = await sharp({ create: { width: 640, height: 480, channels: 3, background: "#b5651d" } })
    .png()
    .toBuffer();
  const { api } = (await import(/* @vite-ignore */ clientFile)) as { api: object };
  const memory = new Map<string, string>();
  const browser = {
    session: { token },
    file: new Blob([new Uint8Array(photo)], { type: "image/png" }),
    api,
    Deno: deno.Deno,
    EdgeRuntime: { waitUntil: () => undefined },
    request: { task_id: "desk-3", prompt: "a lamp" },
    render: (...values: unknown[]) => void rendered.push(...values),
    show: (...values: unknown[]) => void rendered.push(...values),
    showProgress: () => undefined,
    offerCredits: () => undefined,
    localStorage: {
      getItem: (key: string) => memory.get(key) ?? null,
      setItem: (key: string, value: string) => void memory.set(key, value),
    },
  };
  for (const [name, value] of Object.entries(browser))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

  return {
    rendered,
    serverUrl,
    run,
    async close() {
      // The page's own way to stop, where it shows one.
      for (const listener of process.listeners("SIGTERM").filter((one) => !signals.includes(one))) {
        process.removeListener("SIGTERM", listener);
        await (listener as () => Promise<void>)();
        bffs.clear();
      }
      for (const bff of bffs) await bff.stop(2000);
      ports.giveBack();
      await deno.close();
      globalThis.fetch = before.fetch;
      Object.assign(globalThis, fetchObjects);
      for (const name of Object.keys(browser)) Reflect.deleteProperty(globalThis, name);
      process.chdir(before.cwd);
      vi.unstubAllEnvs();
      await Promise.all([
        ...[simulator, farm, issuer, backend, database].map((each) => each.close()),
        redis?.kill(),
      ]);
    },
  };
}

/** The vendors' hosts are played by the simulator. */
function toPlayed(url: string, simulator: Simulator): string {
  for (const [host, prefix] of Object.entries(vendors))
    if (url.startsWith(`${host}/`)) return `${simulator.url}/${prefix}${url.slice(host.length)}`;
  return url;
}

/** A page says port 3000 as a reader would; here it gets one that is free. */
function takePorts(): { servers: Server[]; giveBack(): void } {
  const servers: Server[] = [];
  const { listen } = Server.prototype;
  Server.prototype.listen = function (this: Server, ...args: unknown[]) {
    if (args[0] !== 3000) return Reflect.apply(listen, this, args) as Server;
    servers.push(this);
    return Reflect.apply(listen, this, [0, ...args.slice(1)]) as Server;
  } as typeof listen;
  return {
    servers,
    giveBack() {
      Server.prototype.listen = listen;
      for (const server of servers) {
        server.close();
        (server as { closeAllConnections?: () => void }).closeAllConnections?.();
      }
    },
  };
}
