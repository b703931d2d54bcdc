import { createClient } from "@supabase/supabase-js";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type ContractCall, storageContract } from "../testing/supabase-storage/contract.ts";
import { supabaseStorage } from "./storage.ts";

// What we make of the storage server's documented answers: msw gives them, and they are those of the contract, which a real
// project is held to by `pnpm test:live-supabase`. Streams go past `fetch`: the server that we play over HTTP has those.

const project = "https://abcdefghijklmnopqrst.supabase.co";
const names: Record<string, string> = { bucket: "assets", folder: "images" };
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const token = `${part({ alg: "HS256" })}.${part({ exp: 4_000_000_000 })}.signature`;

/** One text for each pattern of the contract. */
const samples = [
  token,
  `/object/upload/sign/assets/images/a.png?token=${token}`,
  `/object/sign/assets/images/a.png?token=${token}`,
  "Invalid key: ä.png",
];

/** An answer as a server would give it: names are put in, and a text for each pattern. */
function given(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/\{(\w+)\}/g, (_, name) => names[name] ?? "");
  if (value instanceof RegExp) {
    const found = samples.find((sample) => value.test(sample));
    if (found === undefined) throw new Error(`${value} has no sample`);
    return found;
  }
  if (Array.isArray(value)) return value.map(given);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, given(inner)]));
}

let answer: ContractCall;
const asked: string[] = [];
const server = setupServer(
  http.all(`${project}/storage/v1/*`, ({ request }) => {
    asked.push(`${request.method} ${new URL(request.url).pathname.replace("/storage/v1", "")}`);
    return HttpResponse.json(given(answer.answer) as object, { status: answer.status });
  }),
);
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => {
  asked.length = 0;
});
afterAll(() => server.close());

/** A store whose calls are answered by what the contract says so. */
function storeWith(says: string) {
  const found = storageContract.find((call) => call.says === says);
  if (found === undefined) throw new Error(`the contract does not say: ${says}`);
  answer = found;
  const auth = { persistSession: false, autoRefreshToken: false };
  const store = supabaseStorage(createClient(project, "key", { auth }), { bucket: "assets" });
  /** The very call of the contract was made. */
  const made = () => expect(asked).toEqual([`${found.method} ${given(found.path)}`]);
  return { store, made };
}

it("is ready where its bucket is there, and private", async () => {
  const { store, made } = storeWith(
    "describes a bucket to the service role: whether it is public, and its limits",
  );
  await store.ready();
  made();
});

it.each([
  ["answers 400 for a bucket that is not there, and 404 in the body", /there is no bucket "assets"/],
  ["does not show a bucket to others: it is not there for them", /there is no bucket "assets" for this key/],
  ["answers 400 for what is no key, and 403 in the body", /service_role key of the same project/],
])("names what is wrong with the bucket or the key: %s", async (says, message) => {
  await expect(storeWith(says).store.ready()).rejects.toThrow(message);
  expect(asked).toEqual(["GET /bucket/assets"]);
});

it("finds no object where the server says 400, and 404 in the body", async () => {
  const says = "answers 400 for an object that is not there, and 404 in the body, to a description";
  const { store, made } = storeWith(says);
  expect(await store.open("images/none.png")).toBeNull();
  made();
});

it("takes a missing bucket for no missing object", async () => {
  const { store } = storeWith("answers 400 for a bucket that is not there, and 404 in the body");
  await expect(store.open("images/none.png")).rejects.toThrow('there is no bucket "assets"');
});

it("reads from the token how long a signed upload works", async () => {
  const { store, made } = storeWith(
    "signs an upload that may replace, before there is an object; the answer has the token, too",
  );
  const wanted = { expiresInS: 60, contentType: "image/png", bytesMax: 5 };
  expect(await store.signedUpload("images/a.png", wanted)).toMatchObject({
    method: "PUT",
    url: `${project}/storage/v1/object/upload/sign/assets/images/a.png?token=${token}`,
    expires_at: new Date(4_000_000_000_000).toISOString(),
  });
  made();
});

it("gives links of what is there, and the permanent address of what is not, by one call", async () => {
  const { store, made } = storeWith("signs links of many objects at once, and says which are not there");
  const keys = ["images/a.png", "images/none.png"];
  expect(await Promise.all(keys.map((key) => store.signedUrl(key, { expiresInS: 60 })))).toEqual([
    `${project}/storage/v1/object/sign/assets/images/a.png?token=${token}`,
    store.urlOf("images/none.png"),
  ]);
  made();
});

it("removes what is there, and does not mind what is not", async () => {
  const { store, made } = storeWith("removes objects, and does not mind those that are not there");
  await store.remove(["images/a.png", "images/none.png"]);
  made();
});

it("asks for no key that the server would refuse", async () => {
  const { store } = storeWith("refuses keys that are not ASCII");
  const body = new Blob(["x"]).stream();
  await expect(store.put("images/ä.png", body, { contentType: "image/png" })).rejects.toThrow("not a key");
  expect(await store.open("images/ä.png")).toBeNull();
  expect(asked).toEqual([]);
});
