import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBff } from "../create-bff.ts";
import type { AnyBffOptions } from "../create-context.ts";
import type { ProviderAnswer, SubmitContext } from "../providers/port.ts";
import { hostileNames } from "../storage/__fixtures__/hostile-names.ts";
import { files } from "../storage/files.ts";
import { isKey } from "../storage/key.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { failure, scriptedProvider, streamOf } from "../testing/generations/scripted-provider.ts";
import { watchLeaks } from "../testing/leaks/watch-leaks.ts";
import { type HostileFile, hostileFiles, oddPictures } from "./__fixtures__/hostile-files.ts";
import { jpegBaseline } from "./__fixtures__/media.ts";
import { drawing } from "./__fixtures__/shapes.ts";
import type { MediaType } from "./media-types.ts";
import { sniff } from "./sniff.ts";

// Whoever hands a file over, and whatever it is called: what its bytes are decides, and what is refused leaves nothing.
// hostile-files.test.ts tries the inspection itself, with every file.

/** A way for a file to come in, under a name and a type that are lies. Resolves to what became of it: its type, or why not. */
interface Way {
  readonly how: string;
  readonly use: (given: readonly HostileFile[]) => Promise<readonly string[]>;
  /** What somebody hears of a hostile file. */
  readonly refusal: (file: HostileFile) => string;
}

/** Where pictures alone are taken, a model is none, whatever else is wrong with it. */
const asPicture = ({ bytes, reason }: HostileFile) =>
  (sniff(bytes, true) as MediaType | undefined)?.kind === "model" ? "not_allowed" : reason;
const secret = "a secret of at least thirty-two letters";
const watch = watchLeaks({ secrets: [secret] });
let folder: string;
let test: TestDatabase;
let bff: ReturnType<typeof createBff>;
let mediaServer: Server;
/** What it sends, by path. */
const served = new Map<string, Uint8Array>();
let work: (given: SubmitContext) => Promise<ProviderAnswer>;
const vendor = scriptedProvider({
  offers: ["text-to-image", "image-to-image", "vectorize"],
  outputs: 80,
  submit: (_, __, given) => work(given),
});

beforeAll(async () => {
  mediaServer = createServer((request, response) => {
    // A type that is a lie, and a name as well.
    response.writeHead(200, {
      "content-type": "image/png",
      "content-disposition": 'attachment; filename="../../a.html"',
    });
    response.end(served.get(request.url ?? ""));
  }).listen(0, "127.0.0.1");
  [test, folder] = await Promise.all([
    createTestDatabase({ max: 10 }),
    mkdtemp(join(tmpdir(), "genbff-storing-")),
  ]);
  await test.database.call("genbff_set_operation_cost", { p_key: "picture", p_credits: 1 });
  const price = { studio: "picture" };
  const options: AnyBffOptions = {
    database: { ...test.database, close: async () => undefined },
    storage: files(folder),
    auth: {
      authenticate: async () => ({ userId: "ada/../eve", admin: false, expiresAt: Date.now() + 3_600_000 }),
    },
    providers: { studio: vendor.port },
    prices: { "text-to-image": price, "image-to-image": price, vectorize: price },
    secret,
    credits: { signUp: 1_000_000 },
    inputs: { trustedOrigins: [origin()] },
    limits: { watchTickMs: 30, sweepMs: 30, openGenerationsPerUser: 1000, previewsPerGeneration: 100 },
    logger: watch.logger({ debug() {}, info() {}, warn() {}, error() {} }),
  };
  bff = createBff(options as unknown as Parameters<typeof createBff>[0]) as typeof bff;
  await bff.start();
});
afterAll(async () => {
  await bff.stop(1000);
  mediaServer.closeAllConnections();
  mediaServer.close();
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
  await rm(folder, { recursive: true, force: true });
  watch.end();
});

const origin = () => `http://127.0.0.1:${(mediaServer.address() as AddressInfo).port}`;
const ask = watch.fetch((request) => bff.fetch(request));
const send = (path: string, init?: RequestInit) =>
  ask(new Request(path.startsWith("http") ? path : `http://bff.test${path}`, init));
const post = async (path: string, body: object | FormData, headers: Record<string, string> = {}) => {
  // As bytes: undici goes on reading a form whose request has been refused, and trips over itself.
  const written =
    body instanceof FormData
      ? new Response(body)
      : new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } });
  const type = written.headers.get("content-type") ?? "";
  const response = await send(`/api${path}`, {
    method: "POST",
    headers: { "content-type": type, ...headers },
    body: await written.arrayBuffer(),
  });
  // biome-ignore lint/suspicious/noExplicitAny: looks into answers of several routes.
  return (await response.json()) as any;
};
const storedKeys = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith(".drafts"))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
const blobOf = (bytes: Uint8Array) => new Blob([new Uint8Array(bytes)], { type: "image/png" });
const told = (answer: { content_type?: string; error?: string; details?: { reason?: string } }) =>
  answer.content_type ?? answer.details?.reason ?? String(answer.error);

function uploadForm(bytes: Uint8Array, name = "photo.png"): FormData {
  const form = new FormData();
  form.append("file", blobOf(bytes), name);
  return form;
}

/** Reserves an upload, puts bytes of whatever kind there, and asks for it to be looked at. */
async function putAndComplete(bytes: Uint8Array, filename = "photo.png") {
  const reserved = await post("/uploads", { filename, content_type: "image/png", bytes: bytes.byteLength });
  const { url, headers } = reserved.upload;
  const put = await send(url, { method: "PUT", headers, body: Uint8Array.from(bytes) });
  expect(put.status).toBe(204);
  return post(`/uploads/${reserved.input_asset_id}/complete`, {});
}

const answerOf = (given: readonly Uint8Array[]): ProviderAnswer => ({
  state: "done",
  outputs: given.map((bytes, index) => ({ index, source: { stream: streamOf(bytes) } })),
});

/** One generation that ends. */
const generate = (operation: string, body: object = {}) =>
  post(
    `/generate/${operation}`,
    { task_id: crypto.randomUUID(), prompt: "a lamp", ...body },
    { prefer: "wait=20" },
  );

/** What was delivered of what a vendor gave. */
async function delivered(count: number, operation = "text-to-image"): Promise<string[]> {
  const { assets } = (await generate(operation)) as { assets: { index: number; content_type: string }[] };
  return Array.from(
    { length: count },
    (_, at) => assets.find(({ index }) => index === at)?.content_type ?? "lost",
  );
}

const ways: readonly Way[] = [
  {
    how: "an upload in a form",
    refusal: ({ reason }) => reason,
    use: (given) =>
      Promise.all(given.map(async ({ bytes }) => told(await post("/uploads", uploadForm(bytes))))),
  },
  {
    how: "a signed PUT",
    refusal: asPicture,
    use: (given) => Promise.all(given.map(async ({ bytes }) => told(await putAndComplete(bytes)))),
  },
  {
    how: "a URL of a client",
    refusal: asPicture,
    use: (given) =>
      Promise.all(
        given.map(async ({ bytes }) => {
          const path = `/${crypto.randomUUID()}.png`;
          served.set(path, bytes);
          work = async () => answerOf([bytes]);
          const made = await generate("image-to-image", { input_image_asset_url: `${origin()}${path}` });
          return made.assets?.[0]?.content_type ?? told(made);
        }),
      ),
  },
  {
    how: "a vendor's answer",
    refusal: () => "lost",
    use(given) {
      work = async () => answerOf(given.map(({ bytes }) => bytes));
      return delivered(given.length);
    },
  },
  {
    how: "a preview",
    refusal: () => "lost",
    async use(given) {
      let shown: string[] = [];
      work = async ({ preview }) => {
        for (const [index, { bytes }] of given.entries()) await preview(index, streamOf(bytes));
        shown = (await storedKeys()).filter((key) => key.startsWith("previews/"));
        return { state: "refused", error: failure("refused") };
      };
      await generate("text-to-image");
      return given.map((_, at) => (shown[at] === undefined ? "lost" : "image/jpeg"));
    },
  },
];

describe.each(ways)("$how", ({ use, refusal }) => {
  it(`brings none of ${hostileFiles.length} hostile files into storage`, async () => {
    const before = await storedKeys();
    const became = await use(hostileFiles);
    const named = hostileFiles.map(({ name }, at) => `${name}: ${became[at]}`);
    expect(named).toEqual(hostileFiles.map((file) => `${file.name}: ${refusal(file)}`));
    expect(await storedKeys()).toEqual(before);
  });

  it("brings a picture in, odd as it may be", async () => {
    const odd: HostileFile[] = oddPictures.map(([name, bytes]) => ({ name, bytes, reason: "damaged" }));
    expect(await use(odd.slice(0, 1))).toEqual(["image/jpeg"]);
  });
});

describe("what is stored", () => {
  it("is sent as what its bytes are, and nothing in it runs", async () => {
    for (const [name, bytes] of oddPictures) {
      const { input_asset_id: id, content_type: type } = await post("/uploads", uploadForm(bytes, "a.html"));
      expect(await headersOf(id), name).toMatchObject({
        "content-type": type,
        "content-disposition": expect.stringMatching(/^inline; filename="[\w-]+\.(?:jpg|png)"$/),
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
      });
    }
  });

  it("is sent as a download where it is a drawing", async () => {
    const { input_asset_id: id } = await post("/uploads", uploadForm(jpegBaseline));
    work = async () => answerOf([drawing]);
    const made = await generate("vectorize", { input_image_asset_url: id, prompt: undefined });
    expect(await headersOf(made.assets[0].asset_id)).toMatchObject({
      "content-type": "image/svg+xml",
      "content-disposition": expect.stringMatching(/^attachment; filename="[\w-]+\.svg"$/),
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
    });
  });

  it("is never called what somebody wants it to be called", async () => {
    const before = new Set(await storedKeys());
    work = async () => answerOf([jpegBaseline]);
    const askFor = async (name: string, at: number) => {
      const url = `${origin()}/${encodeURIComponent(name.toWellFormed())}.html`;
      served.set(new URL(url).pathname, jpegBaseline);
      // Each is copied for a generation of its own: some are enough.
      const isUrl = at % 4 === 0 && url.length <= 2048;
      return Promise.all([
        post("/uploads", uploadForm(jpegBaseline, name)),
        isUrl && generate("image-to-image", { input_image_asset_url: url, task_id: "a-task" }),
        generate("text-to-image", { task_id: name }),
      ]);
    };
    const answers = (await Promise.all(hostileNames.map(([, name], at) => askFor(name, at)))).flat();
    const errors = answers.map((answer) => answer?.error ?? null);
    expect(errors.filter((error) => error !== null && error !== "validation_failed")).toEqual([]);
    const made = (await storedKeys()).filter((key) => !before.has(key));
    expect(made.length).toBeGreaterThan(hostileNames.length);
    expect(made.filter((key) => !isKey(key))).toEqual([]);
    const ours = /^(?:inputs\/[0-9a-f-]{36}|images\/(?:a-task|x\.[0-9a-f]{40})\/\d+)\.jpg$/;
    expect(made.filter((key) => !ours.test(key))).toEqual([]);
  });

  it("is not read and not replaced by a name that leads elsewhere", async () => {
    const { input_asset_id: id } = await post("/uploads", uploadForm(jpegBaseline));
    const link = new URL(await linkOf(id), "http://bff.test");
    const before = await storedKeys();
    for (const [why, name] of hostileNames)
      for (const path of [name, encodeURIComponent(name.toWellFormed())])
        for (const method of ["GET", "PUT"]) {
          const answer = await send(`/api/files/${path}${link.search}`, {
            method,
            ...(method === "PUT" ? { body: "x", headers: { "content-type": "image/png" } } : {}),
          });
          await answer.body?.cancel();
          expect([400, 401, 404, 405], `${why}: ${method} ${path}`).toContain(answer.status);
        }
    expect(await storedKeys()).toEqual(before);
  });
});

const linkOf = async (id: string) =>
  ((await (await send(`/api/assets/${id}/url`)).json()) as { asset_url: string }).asset_url;
async function headersOf(id: string): Promise<Record<string, string>> {
  const answer = await send(await linkOf(id));
  await answer.body?.cancel();
  return Object.fromEntries(answer.headers);
}
