import * as z from "zod";
import { type Route, type RouteName, routes } from "../../contract/routes.ts";
import { tinyPng } from "../test-studio.ts";
import type { Draft, DraftPart, Tree } from "./draft.ts";

/** What is there to be asked about, all of one user. */
export interface Things {
  readonly user: string;
  readonly authorization: string;
  /** Of somebody with the admin claim. */
  readonly operatorAuthorization: string;
  readonly taskId: string;
  /** Has ended. */
  readonly generationId: string;
  readonly assetId: string;
  /** One that runs until it is cancelled. */
  readonly runningId: string;
  /** A whole picture. */
  readonly inputId: string;
  readonly inputUrl: string;
  /** Reserved, and no byte of it has come. */
  readonly reservedId: string;
  readonly ticket: string;
  readonly cursor: string;
  /** After `basePath`, with its signature. */
  readonly filePath: string;
  readonly uploadPath: string;
  readonly webhookPath: string;
}

type Fields = Readonly<Record<string, Tree>>;

const drafting = (name: RouteName, path: string, given: Partial<Draft> = {}): Draft => ({
  method: routes[name].method,
  path,
  query: [],
  body: undefined,
  headers: new Map(),
  ...given,
});
const json = (tree: Fields) =>
  ({ headers: new Map([["content-type", "application/json"]]), body: { kind: "json", tree } }) as const;
const boundary = "form-boundary";
const form = (...parts: DraftPart[]) =>
  ({
    headers: new Map([["content-type", `multipart/form-data; boundary=${boundary}`]]),
    body: { kind: "form", parts, boundary, end: "--\r\n" },
  }) as const;
const field = (name: string, text: string): DraftPart => ({
  head: `Content-Disposition: form-data; name="${name}"`,
  bytes: new TextEncoder().encode(text),
});
const file = (name: string, bytes: Uint8Array): DraftPart => ({
  head: `Content-Disposition: form-data; name="${name}"; filename="a.png"\r\nContent-Type: image/png`,
  bytes,
});
/** A path with its signature as it was handed out. */
const signed = (name: RouteName, link: string, given: Partial<Draft> = {}): Draft => {
  const { pathname, searchParams } = new URL(link, "http://link.test");
  return drafting(name, pathname, {
    query: [...searchParams].map(([key, value]) => [key, encodeURIComponent(value)]),
    ...given,
  });
};

/** Good requests that say more than a schema can. */
const written: { readonly [Name in RouteName]?: (things: Things, at: number) => readonly Draft[] } = {
  generate: (things, at) => {
    const words: Fields = { task_id: `${things.taskId}-${at}`, prompt: "a cat", n: 2, quality: "low" };
    const picture: Fields = { task_id: things.taskId, prompt: "a cat", strength: 0.5 };
    const from = (url: string): Fields => ({ ...picture, input_image_asset_url: url });
    const keyed = json(words);
    keyed.headers.set("idempotency-key", `key-${at}`);
    return [
      drafting("generate", "/generate/text-to-image", json(words)),
      drafting("generate", "/generate/text-to-image", keyed),
      drafting("generate", "/generate/image-to-image", json(from(things.inputId))),
      drafting("generate", "/generate/image-to-image", json(from(things.inputUrl))),
      drafting(
        "generate",
        "/generate/image-to-image",
        form(field("task_id", things.taskId), field("prompt", "a cat"), file("image", tinyPng)),
      ),
      drafting(
        "generate",
        "/generate/text-to-image",
        form(field("task_id", things.taskId), field("prompt", "a cat"), field("n", "1")),
      ),
    ];
  },
  status: ({ generationId, taskId, runningId }) => [
    drafting("status", `/tasks/${generationId}/status`),
    drafting("status", `/tasks/${taskId}/status`, { query: [["service", "studio"]] }),
    drafting("status", `/tasks/${runningId}/status`, {
      query: [
        ["wait", "1"],
        ["version", "0"],
      ],
    }),
  ],
  events: ({ generationId, taskId, ticket }) => [
    drafting("events", `/tasks/${generationId}/events`),
    drafting("events", `/tasks/${taskId}/events`, { headers: new Map([["last-event-id", "1"]]) }),
    drafting("events", `/tasks/${taskId}/events`, {
      query: [["ticket", ticket]],
      headers: new Map([["authorization", ""]]),
    }),
  ],
  eventsTicket: ({ generationId }) => [drafting("eventsTicket", `/tasks/${generationId}/events/ticket`)],
  tasks: ({ cursor }) => [
    drafting("tasks", "/tasks", { query: [["limit", "1"]] }),
    drafting("tasks", "/tasks", { query: [["cursor", cursor]] }),
  ],
  task: ({ taskId }) => [drafting("task", `/tasks/${taskId}`)],
  cancel: ({ runningId }) => [drafting("cancel", `/generations/${runningId}/cancel`)],
  retry: ({ generationId }, at) => [
    drafting("retry", `/generations/${generationId}/retry`),
    drafting("retry", `/generations/${generationId}/retry`, {
      headers: new Map([["idempotency-key", `retry-${at}`]]),
    }),
  ],
  quotes: () => [drafting("quotes", "/quotes", json({ operation: "text-to-image", prompt: "a cat", n: 2 }))],
  uploads: (things) => [
    drafting("uploads", "/uploads", json({ filename: "a.png", content_type: "image/png", bytes: 70 })),
    drafting("uploads", "/uploads", form(field("task_id", things.taskId), file("file", tinyPng))),
  ],
  uploadComplete: ({ inputId, reservedId }) => [
    drafting("uploadComplete", `/uploads/${inputId}/complete`),
    drafting("uploadComplete", `/uploads/${reservedId}/complete`),
  ],
  assetUrl: ({ assetId }) => [drafting("assetUrl", `/assets/${assetId}/url`)],
  readFile: ({ filePath }) => [
    signed("readFile", filePath),
    signed("readFile", filePath, { headers: new Map([["range", "bytes=0-9"]]) }),
  ],
  writeFile: ({ uploadPath }) => [
    signed("writeFile", uploadPath, {
      headers: new Map([["content-type", "image/png"]]),
      body: { kind: "bytes", bytes: tinyPng },
    }),
  ],
  webhook: ({ webhookPath }, at) => [
    drafting("webhook", webhookPath, {
      body: { kind: "bytes", bytes: new TextEncoder().encode(`signed\nnobody-${at}`) },
    }),
  ],
};

/**
 * Good requests of a route: as they are written above, else as its schemas describe them, so that a route that is new
 * in the contract is asked from its first day.
 *
 * @param at - Another number, other keys and ids.
 */
export function validRequests(name: RouteName, things: Things, at: number): readonly Draft[] {
  const route: Route = routes[name];
  const drafts = written[name]?.(things, at) ?? [describedRequest(route, things)];
  if (route.auth === "none" || route.auth === "signature") return drafts;
  const ofUsers = route.auth === "user" || route.auth === "user-or-ticket";
  for (const { headers } of drafts) {
    if (headers.get("authorization") === "") headers.delete("authorization");
    else headers.set("authorization", ofUsers ? things.authorization : things.operatorAuthorization);
  }
  return drafts;
}

/** Whether its good requests are written by hand: then every one of them must be taken. */
export const isWritten = (name: RouteName): boolean => written[name] !== undefined;

function describedRequest(route: Route, things: Things): Draft {
  const describe = (schema: z.ZodType | undefined): Record<string, Tree> =>
    schema === undefined
      ? {}
      : (sampleOf(
          z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Schema,
          things,
        ) as Record<string, Tree>);
  const params = describe(route.params);
  const path = route.path.replace(/\{(\w+)\}/g, (_, key: string) => String(params[key] ?? things.taskId));
  const query = Object.entries(describe(route.query)).map(([key, value]): [string, string] => [
    key,
    encodeURIComponent(String(value)),
  ]);
  const takes = route.takes?.[0];
  const body =
    takes === undefined
      ? {}
      : takes === "application/json"
        ? json(describe(route.body))
        : { body: { kind: "bytes", bytes: new TextEncoder().encode("hello") } as const };
  return { method: route.method, path, query, headers: new Map(), body: undefined, ...body };
}

/** The parts of a JSON Schema that a sample is made of. */
interface Schema {
  readonly type?: string;
  readonly const?: Tree;
  readonly enum?: readonly Tree[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

function sampleOf(schema: Schema, things: Things): Tree {
  const [option] = schema.anyOf ?? schema.oneOf ?? [];
  if (option !== undefined) return sampleOf(option, things);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum?.[0] !== undefined) return schema.enum[0];
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, value]) => [key, sampleOf(value, things)]),
      );
    case "array":
      return schema.items === undefined ? [] : [sampleOf(schema.items, things)];
    case "integer":
    case "number":
      return Math.max(schema.minimum ?? 1, Math.min(1, schema.maximum ?? 1));
    case "boolean":
      return true;
    default:
      if (schema.format === "uuid") return things.generationId;
      if (schema.format === "date-time") return "2026-01-01T00:00:00Z";
      return schema.format === "uri" ? "https://example.com/" : things.user;
  }
}
