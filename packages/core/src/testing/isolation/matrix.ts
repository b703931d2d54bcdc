import type { RouteName } from "../../contract/routes.ts";
import type { HostRequest } from "../host-request.ts";
import { tinyPng } from "../test-studio.ts";
import type { Things } from "./things.ts";

/** Who asks: whose thing it is, another user, nobody, a server's key, an operator. */
export const everybody = ["owner", "other", "anonymous", "service", "admin"] as const;
/** One of them. */
export type Who = (typeof everybody)[number];

/** One request, and what each of them is answered: a status, and a code where it is a refusal. */
export interface Row {
  readonly about: string;
  readonly ask: (things: Things, who: Who) => HostRequest;
  readonly answers: Readonly<Record<Who, string>>;
  /** A link or a right that shows the owner's thing to whoever has it. */
  readonly shows?: true;
  /** Looks closer at what was answered. */
  readonly check?: (answer: Answer, things: Things, who: Who) => string | undefined;
}

/** As the test reads it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

type Ask = Row["ask"];
type More = Partial<Pick<Row, "shows" | "check">>;
const strangers = { anonymous: "401 unauthenticated", service: "401 invalid_token" };
/** The owner gets it; for everybody else it is not there. */
const mine = (about: string, ask: Ask, status = "200", others = "404 not_found", more: More = {}): Row => ({
  ...{ about, ask, ...more },
  answers: { owner: status, other: others, ...strangers, admin: others },
});
/** Every user gets their own. */
const each = (about: string, ask: Ask, status = "200"): Row => mine(about, ask, status, status);
/** Everybody gets the same, whoever they are. */
const open = (about: string, ask: Ask, status = "200", more: More = {}): Row => ({
  ...{ about, ask, ...more },
  answers: { owner: status, other: status, anonymous: status, service: status, admin: status },
});
/** Operators alone. */
const operators = (about: string, ask: Ask): Row => ({
  ...{ about, ask, shows: true },
  answers: { owner: "403 forbidden", other: "403 forbidden", ...strangers, admin: "200" },
});

const get =
  (path: (things: Things) => string): Ask =>
  (things) => ({ path: path(things) });
const post =
  (path: (things: Things) => string, json?: (things: Things, who: Who) => object): Ask =>
  (things, who) => ({
    ...({ method: "POST", path: path(things) } as const),
    ...(json ? { json: json(things, who) } : {}),
  });
/** A generate request of one's own task, with something of the owner's in it. */
const generate = (operation: string, fields: (things: Things) => object): Ask =>
  post(
    () => `/generate/${operation}`,
    (things, who) => ({ task_id: `task-of-${who}`, prompt: "a cat", ...fields(things) }),
  );
const keyed =
  (path: string, json: (things: Things) => object): Ask =>
  (things, who) => ({
    ...({ method: "POST", path } as const),
    json: json(things),
    headers: { "idempotency-key": `${path} by ${who}` },
  });
const restyle = "image-to-image";
const pathOf = (url: string) => url.replace(/^\/api/, "").replace(/\?.*$/, "");
const queryOf = (url: string) => new URL(url, "http://bff.test").search;
const notMine = "404 not_found";

/** Every route of the contract, by everybody: one that has no row here does not compile. */
export const matrix: { readonly [Name in RouteName]: readonly [Row, ...Row[]] } = {
  generate: [
    each(
      "in a task of one's own",
      generate("text-to-image", () => ({})),
      "202",
    ),
    mine(
      "in the owner's task",
      generate("text-to-image", ({ task }) => ({ task_id: task })),
      "202",
      "409 task_id_taken",
    ),
    mine(
      "of the owner's asset",
      generate(restyle, ({ done }) => ({ input_image_asset_url: done.assetId })),
      "202",
    ),
    mine(
      "of the owner's asset, by its URL",
      generate(restyle, ({ done }) => ({ input_image_asset_url: done.url })),
      "202",
      "400 asset_url_not_allowed",
    ),
    mine(
      "of the owner's upload",
      generate(restyle, ({ input }) => ({ input_image_asset_url: input.id })),
      "202",
    ),
    mine(
      "of the owner's upload, by its URL",
      generate(restyle, ({ input }) => ({ input_image_asset_url: input.url })),
      "202",
      "400 asset_url_not_allowed",
    ),
    mine(
      "at the price that was quoted to the owner",
      generate("text-to-image", ({ quote }) => ({ quote_id: quote })),
      "202",
      "409 quote_expired",
    ),
    mine(
      "with the owner's key and request",
      ({ keyed }) => ({ ...keyed.request }),
      "202",
      "409 task_id_taken",
      {
        check: ({ headers, text }, { keyed }, who) =>
          (headers.get("idempotency-replayed") === "true" && text.includes(keyed.generationId)) ===
          (who === "owner")
            ? undefined
            : "the key belongs to the owner alone",
      },
    ),
    {
      ...each(
        "with the owner's key, and a task of one's own",
        ({ keyed }, who) => ({ ...keyed.request, json: { task_id: `keyed-${who}`, prompt: "a cat" } }),
        "202",
      ),
      answers: { owner: "422 idempotency_key_reused", other: "202", ...strangers, admin: "202" },
      check: ({ headers }) =>
        headers.has("idempotency-replayed") ? "somebody else's answer was repeated" : undefined,
    },
  ],
  status: [
    mine(
      "of a generation",
      get(({ done }) => `/tasks/${done.id}/status`),
    ),
    mine(
      "of a task",
      get(({ task }) => `/tasks/${task}/status`),
    ),
    mine(
      "that is waited for",
      get(({ done }) => `/tasks/${done.id}/status?wait=1&version=1`),
    ),
  ],
  events: [
    mine(
      "of a generation",
      get(({ done }) => `/tasks/${done.id}/events`),
    ),
    mine(
      "of a task",
      get(({ task }) => `/tasks/${task}/events`),
    ),
    {
      about: "with the owner's ticket: it stands in for a token where there is none",
      ask: get(({ done, ticket }) => `/tasks/${done.id}/events?ticket=${ticket}`),
      answers: {
        owner: "200",
        other: notMine,
        anonymous: "200",
        service: "401 invalid_token",
        admin: notMine,
      },
      shows: true,
    },
    {
      about: "with a ticket for something else",
      ask: get(({ done, othersTicket }) => `/tasks/${done.id}/events?ticket=${othersTicket}`),
      answers: {
        ...{ owner: "200", other: notMine, admin: notMine },
        ...{ anonymous: "401 invalid_token", service: "401 invalid_token" },
      },
    },
    {
      about: "of another generation than the ticket is for",
      ask: get(({ running, ticket }) => `/tasks/${running}/events?ticket=${ticket}`),
      answers: {
        ...{ owner: "200", other: notMine, admin: notMine },
        ...{ anonymous: "401 invalid_token", service: "401 invalid_token" },
      },
    },
  ],
  eventsTicket: [
    mine(
      "for a generation",
      post(({ done }) => `/tasks/${done.id}/events/ticket`),
      "201",
    ),
    mine(
      "for a task",
      post(({ task }) => `/tasks/${task}/events/ticket`),
      "201",
    ),
  ],
  tasks: [
    each(
      "of one's own",
      get(() => "/tasks"),
    ),
    mine(
      "after the owner's cursor",
      get(({ cursors }) => `/tasks?cursor=${cursors.tasks}`),
      "200",
      "400 validation_failed",
    ),
  ],
  task: [
    mine(
      "of the owner",
      get(({ task }) => `/tasks/${task}`),
    ),
  ],
  retry: [
    mine(
      "of the owner's generation",
      post(({ done }) => `/generations/${done.id}/retry`),
      "202",
    ),
  ],
  cancel: [
    mine(
      "of the owner's generation",
      post(({ running }) => `/generations/${running}/cancel`),
    ),
  ],
  quotes: [
    each(
      "for oneself",
      post(
        () => "/quotes",
        () => ({ operation: "text-to-image" }),
      ),
    ),
  ],
  uploads: [
    each(
      "of one's own",
      post(
        () => "/uploads",
        () => reservation,
      ),
      "201",
    ),
    mine(
      "into the owner's task",
      post(
        () => "/uploads",
        ({ task }) => ({ ...reservation, task_id: task }),
      ),
      "201",
      "409 task_id_taken",
    ),
  ],
  uploadComplete: [
    mine(
      "of the owner's upload",
      post(({ sent }) => `/uploads/${sent.id}/complete`),
    ),
  ],
  assetUrl: [
    mine(
      "of an output",
      get(({ done }) => `/assets/${done.assetId}/url`),
    ),
    mine(
      "of an upload",
      get(({ input }) => `/assets/${input.id}/url`),
    ),
  ],
  operations: [
    each(
      "for everybody who is signed in",
      get(() => "/operations"),
    ),
  ],
  balance: [
    each(
      "of one's own",
      get(() => "/credits/balance"),
    ),
  ],
  history: [
    each(
      "of one's own",
      get(() => "/credits/history"),
    ),
    mine(
      "after the owner's cursor",
      get(({ cursors }) => `/credits/history?cursor=${cursors.history}`),
      "200",
      "400 validation_failed",
    ),
  ],
  signUp: [
    open(
      "with an address that is new",
      (_, who) => signIn("/auth/signup", `${who}@new.test`, "long enough to be good"),
      "202",
    ),
    open(
      "with the owner's address",
      () => signIn("/auth/signup", ownerAddress, "long enough to be good"),
      "202",
      // As whoever has no account is answered.
      { check: ({ text }) => (text === '{"next":"log_in"}' ? undefined : `answers ${text}`) },
    ),
    open(
      "with a password that is too short",
      () => signIn("/auth/signup", ownerAddress, "short"),
      "422 weak_password",
    ),
  ],
  logIn: [
    open(
      "with a password that is not the owner's",
      () => signIn("/auth/login", ownerAddress, "guessed and guessed"),
      "401 invalid_credentials",
    ),
    open(
      "with an address that nobody has",
      () => signIn("/auth/login", "nobody@new.test", "guessed and guessed"),
      "401 invalid_credentials",
    ),
  ],
  adminGrant: [
    operators(
      "to anybody",
      keyed("/admin/grant", () => ({ ...gift, amount: 1 })),
    ),
  ],
  adminAdjust: [
    operators(
      "of anybody",
      keyed("/admin/adjust", () => ({ ...gift, amount: 2 })),
    ),
  ],
  adminRefund: [
    operators(
      "of anybody",
      keyed("/admin/refund", ({ paidHold }) => ({ hold_id: paidHold, amount: 1, reason: "x" })),
    ),
  ],
  adminInspect: [
    operators(
      "of a generation",
      post(
        () => "/admin/inspect",
        ({ done }) => ({ subject: "generation", id: done.id }),
      ),
    ),
    operators(
      "of a user",
      post(
        () => "/admin/inspect",
        () => ({ subject: "user", id: "owner" }),
      ),
    ),
  ],
  adminWebhooks: [
    operators(
      "of everybody",
      get(() => "/admin/webhooks"),
    ),
  ],
  adminSendWebhooksAgain: [
    operators(
      "of anybody",
      post(
        () => "/admin/webhooks/send-again",
        ({ givenUp }) => ({ event_ids: [givenUp] }),
      ),
    ),
  ],
  health: [
    open(
      "of the process",
      get(() => "/health"),
    ),
  ],
  ready: [
    open(
      "of its parts",
      get(() => "/ready"),
    ),
  ],
  diagnosticStream: [
    open(
      "of nothing",
      get(() => "/diagnostics/stream?seconds=1"),
    ),
  ],
  openapi: [
    open(
      "of the contract",
      get(() => "/openapi.json"),
    ),
  ],
  readFile: [
    open(
      "by a signed URL",
      get(({ done }) => pathOf(done.url) + queryOf(done.url)),
      "200",
      { shows: true },
    ),
    open(
      "without its signature",
      get(({ done }) => pathOf(done.url)),
      "401 invalid_signature",
    ),
    open(
      "with the signature of another file",
      get(({ done, othersSignature }) => pathOf(done.url) + othersSignature),
      "401 invalid_signature",
    ),
    open(
      "by a URL that was signed to write it",
      get(({ sent }) => sent.putUrl.replace(/^\/api/, "")),
      "401 invalid_signature",
    ),
  ],
  writeFile: [
    open("without a signature", ({ sent }) => put(pathOf(sent.putUrl)), "401 invalid_signature"),
    open(
      "by a URL that was signed to read it",
      ({ done }) => put(done.url.replace(/^\/api/, "")),
      "401 invalid_signature",
    ),
  ],
  webhook: [
    open(
      "that nobody has signed",
      post(
        () => "/webhooks/studio/guessed",
        () => ({}),
      ),
      "401 invalid_signature",
    ),
  ],
};

const reservation = { filename: "a.png", content_type: "image/png", bytes: 68 };
const ownerAddress = "owner@new.test";
const gift = { wallet_id: "dave", reason: "a present" };

function signIn(path: string, email: string, password: string): HostRequest {
  return { method: "POST", path, json: { email, password } };
}

function put(path: string): HostRequest {
  return { method: "PUT", path, headers: { "content-type": "image/png" }, body: tinyPng };
}
