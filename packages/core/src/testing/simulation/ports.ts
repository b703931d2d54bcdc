import { FetchFailed } from "../../assets/fetch-failed.ts";
import type { GuardedFetch } from "../../assets/guarded-fetch.ts";
import type { Database } from "../../database/port.ts";
import { AppError } from "../../errors/app-error.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import type { ObjectStore } from "../../storage/port.ts";
import type { MemoryStore } from "../generations/memory-store.ts";
import type { DatabaseServer } from "./database-server.ts";
import { outputBytes, streamOf } from "./media.ts";
import type { SimulatedProcess } from "./process.ts";
import { linkMs, type Vendor } from "./vendor.ts";
import type { World } from "./world.ts";

/** What a whole region may suffer: for a while nobody reaches the database. */
export interface Outage {
  until: number;
}

/** A process's line to the database. The driver's own promise is kept: what is repeatable is repeated, and then given up. */
export function databasePort(
  world: World,
  process: SimulatedProcess,
  server: DatabaseServer,
  outage: Outage,
): Database {
  const { luck, time } = world;
  const send = (name: string, args: JsonObject, note = "") =>
    process.journey(
      `${name}(${subjectOf(args)})${note}`,
      () => {
        if (time.now() < outage.until) throw away();
        return server.call(name, args, time.now());
      },
      // Between the intent and the request lies the one step that cannot be undone.
      { brief, ...(name === "genbff_intent" ? { freezeOneIn: 25 } : {}) },
    );
  return {
    async call(name, args) {
      const trouble = luck.trouble({ repeated: 40, away: 80, unheard: 80 });
      if (trouble === "away") {
        await process.wait(luck.between(10, 5000));
        throw away();
      }
      const answer = await send(name, args);
      // The connection broke after the commit: the driver asks again, or has no tries left.
      if (trouble === "repeated") return send(name, args, " again");
      if (trouble === "unheard") throw away();
      return answer;
    },
    close: async () => undefined,
  };
}

/** A process's line to the one storage. */
export function storagePort(world: World, process: SimulatedProcess, store: MemoryStore): ObjectStore {
  const { luck } = world;
  return {
    ...store,
    async put(key, body, { contentType, signal }) {
      const bytes = new Uint8Array(
        await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
      );
      signal?.throwIfAborted();
      const trouble = luck.trouble({ refused: 30, unheard: 40 });
      await process.journey(`put ${key}`, async () => {
        if (trouble === "refused") throw new Error("storage is full");
        await store.put(key, new Response(bytes).body as ReadableStream<Uint8Array>, { contentType });
      });
      signal?.throwIfAborted();
      if (trouble === "unheard") throw new Error("storage did not answer");
    },
    open: (key) => process.journey(`open ${key}`, () => store.open(key)),
    async remove(keys) {
      const isAway = luck.badly(40);
      await process.journey(`remove ${keys[0] ?? "nothing"}`, async () => {
        if (isAway) throw new Error("storage is away");
        await store.remove(keys);
      });
    },
  };
}

/** A process's downloads from the vendors: links that die, lines that break. */
export function downloads(world: World, process: SimulatedProcess, vendors: readonly Vendor[]): GuardedFetch {
  const { luck, time } = world;
  return async (url, { signal } = {}) => {
    const trouble = luck.trouble({ expired: 15, busy: 20, unreachable: 20, cut: 20, short: 30, damaged: 40 });
    const bytes = await process.journey(`download ${url.replace(/\/\d+$/, "")}`, () => {
      const [, name, key = "", index, at] = /^(.+):\/\/(.+)\/(\d+)\/(\d+)$/.exec(url) ?? [];
      const sale = vendors.find((vendor) => vendor.name === name)?.find(key);
      if (sale === undefined) throw new FetchFailed("status", { status: 404 });
      if (trouble === "expired" || time.now() - Number(at) > linkMs)
        throw new FetchFailed("status", { status: 403 });
      if (trouble === "busy") throw new FetchFailed("status", { status: 503 });
      if (trouble === "unreachable") throw new FetchFailed("unreachable");
      return outputBytes(sale.kind as "image" | "model", sale.number, Number(index));
    });
    signal?.throwIfAborted();
    if (trouble === "damaged") bytes.fill(0, 0, 20);
    const pace = () => process.wait(luck.between(1, 300));
    const after = luck.between(0, 2);
    const broken =
      trouble === "cut"
        ? { after, error: new FetchFailed("interrupted") }
        : trouble === "short"
          ? { after }
          : undefined;
    return { status: 200, contentType: null, stream: streamOf(bytes, pace, broken) };
  };
}

function away(): AppError {
  return new AppError("unavailable", { cause: new Error("the database is away") });
}

/** Whom a call is about. */
function subjectOf(args: JsonObject): string {
  return String(
    args.p_generation_id ?? args.p_id ?? args.p_job_key ?? args.p_user_id ?? args.p_wallet_id ?? "",
  );
}

/** What a line of the trace needs of an answer. */
function brief(answer: JsonValue): string {
  if (answer === null || typeof answer !== "object" || Array.isArray(answer)) return JSON.stringify(answer);
  const facts = [
    "generation_id",
    "state",
    "status",
    "step",
    "go",
    "wait_ms",
    "adopted",
    "heard",
    "duplicate",
    "due",
    "ended",
  ];
  const generation = answer.generation as { id?: string } | undefined;
  const told = facts.flatMap((fact) =>
    fact in answer && !(Array.isArray(answer[fact]) && answer[fact].length === 0)
      ? [`${fact} ${Array.isArray(answer[fact]) ? answer[fact].join(" ") : String(answer[fact])}`]
      : [],
  );
  return [...told, ...(generation?.id === undefined ? [] : [generation.id])].join(", ") || "ok";
}
