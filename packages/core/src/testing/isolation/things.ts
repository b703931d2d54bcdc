import type { GenerationCreated, GenerationStatus } from "../../contract/generation.ts";
import type { UploadComplete, UploadReserved } from "../../contract/upload.ts";
import type { TestDatabase } from "../embedded/test-database.ts";
import type { Host } from "../host.ts";
import { ask, type HostRequest } from "../host-request.ts";
import { tinyPng } from "../test-studio.ts";

/** What belongs to the owner, and what others may try it with. */
export interface Things {
  readonly task: string;
  /** A request that was made with a key, and what it started. */
  readonly keyed: { readonly request: HostRequest; readonly generationId: string };
  /** A generation that has ended, its asset and the signed URL of it. */
  readonly done: { readonly id: string; readonly assetId: string; readonly url: string };
  /** One that has not. */
  readonly running: string;
  readonly input: { readonly id: string; readonly url: string };
  /** An upload that was reserved and sent, and nobody has looked at yet. */
  readonly sent: { readonly id: string; readonly putUrl: string };
  readonly quote: string;
  /** For the stream of `done`. */
  readonly ticket: string;
  readonly cursors: { readonly tasks: string; readonly history: string };
  /** A hold of a third user that was paid. */
  readonly paidHold: string;
  /** An outgoing webhook that nobody has heard. */
  readonly givenUp: string;
  /** A ticket that somebody else has for something of their own. */
  readonly othersTicket: string;
  /** The query of a signed URL that somebody else has for a file of their own. */
  readonly othersSignature: string;
  /** Texts that only the owner may be shown. */
  readonly canaries: readonly string[];
}

const words = "the owner's own private words";
const picture = (task_id: string, as: string, prompt = words): HostRequest => ({
  ...({ method: "POST", path: "/generate/text-to-image", headers: { prefer: "wait=20" }, as } as const),
  json: { task_id, prompt },
});
const file = () => {
  const data = new FormData();
  data.append("task_id", "owner-task");
  data.append("file", new Blob([tinyPng], { type: "image/png" }), "private-name.png");
  return data;
};

/** Lets the owner make everything that can be made, by HTTP as anybody would. */
export async function makeThings(host: Host, database: TestDatabase, owner: string): Promise<Things> {
  const made = async <Answer>(request: HostRequest): Promise<Answer> => {
    const { status, body } = await ask<Answer>(host, { as: owner, ...request });
    if (status >= 300) throw new Error(`${request.path}: ${status} ${JSON.stringify(body)}`);
    return body;
  };
  const post = (path: string, json?: object): HostRequest =>
    json === undefined ? { method: "POST", path } : { method: "POST", path, json };

  const done = await made<GenerationStatus>(picture("owner-task", owner));
  const request = { ...picture("owner-task", owner), headers: { "idempotency-key": "the owner's key" } };
  const keyed = await made<GenerationCreated>(request);
  const running = await made<GenerationCreated>({
    ...picture("owner-running", owner, `${words} [endless]`),
    headers: {},
  });
  // From here on nothing of the owner's changes by itself, but how far the running one has come.
  await made({ path: `/tasks/${keyed.generation_id}/status?wait=20&version=1000` });
  for (let status = ""; status !== "processing"; )
    status = (await made<GenerationStatus>({ path: `/tasks/${running.generation_id}/status` })).status;
  const input = await made<UploadComplete>({ method: "POST", path: "/uploads", form: file });
  const reserved = await made<UploadReserved>(
    post("/uploads", { filename: "a.png", content_type: "image/png", bytes: tinyPng.byteLength }),
  );
  await host.fetch(
    new Request(new URL(reserved.upload.url, host.baseUrl), {
      method: "PUT",
      headers: reserved.upload.headers,
      body: tinyPng as Uint8Array<ArrayBuffer>,
    }),
  );
  const quote = await made<{ quote_id: string }>(post("/quotes", { operation: "text-to-image" }));
  const ticket = await made<{ ticket: string }>(post(`/tasks/${done.generation_id}/events/ticket`));
  const tasks = await made<{ next_cursor: string }>({ path: "/tasks?limit=1" });
  const history = await made<{ next_cursor: string }>({ path: "/credits/history?limit=1" });

  const foreign = await made<GenerationStatus>(picture("bobs-task", "bob", "a dog"));
  const othersTicket = await made<{ ticket: string }>({
    ...post(`/tasks/${foreign.generation_id}/events/ticket`),
    as: "bob",
  });
  const third = await made<GenerationStatus>(picture("carols-task", "carol", "a bird"));
  const [hold] = await database.query<{ id: string }>(
    "select id from genbff.holds where generation_id = $1",
    [third.generation_id],
  );
  const [lost] = await database.query<{ id: string }>(
    `insert into genbff.webhook_outbox (type, about, data, state, error, ended_at)
     values ('credits.grant', 'wallet carol', '{"entry": 0}', 'given_up', 'status 500', genbff.now())
     returning event_id as id`,
  );
  const [asset] = done.assets;
  const assetId = asset?.asset_id ?? "";
  return {
    task: "owner-task",
    keyed: { request, generationId: keyed.generation_id },
    done: { id: done.generation_id, assetId, url: done.asset_url ?? "" },
    running: running.generation_id,
    input: { id: input.input_asset_id, url: input.asset_url },
    sent: { id: reserved.input_asset_id, putUrl: reserved.upload.url },
    quote: quote.quote_id,
    ticket: ticket.ticket,
    cursors: { tasks: tasks.next_cursor, history: history.next_cursor },
    paidHold: hold?.id ?? "",
    givenUp: lost?.id ?? "",
    othersTicket: othersTicket.ticket,
    othersSignature: new URL(foreign.asset_url ?? "", host.baseUrl).search,
    canaries: [words, "private-name", done.generation_id, keyed.generation_id, running.generation_id, assetId]
      .concat([input.input_asset_id, reserved.input_asset_id, "owner-running", "images/owner-task"])
      .concat(quote.quote_id),
  };
}
