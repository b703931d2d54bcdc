import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBff } from "../create-bff.ts";
import { supabaseStorage } from "../supabase/storage.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { memoryStore } from "../testing/generations/memory-store.ts";
import { ask } from "../testing/host-request.ts";
import { jwtSecret, keyOf, serverClient } from "../testing/postgrest/supabase-project.ts";
import { openStorage, type StorageStandIn } from "../testing/supabase-storage/stand-in.ts";
import { createTestBff, type TestBff, testSecret } from "../testing/test-bff.ts";
import { tinyPng } from "../testing/test-studio.ts";

// What users put into a bucket past us, and what becomes of its addresses: own files are copied by the storage's port, and nothing
// is ever fetched from there. To show it, the guarded fetch may go to the storage's server, and would: its origin is trusted.

const ada = "0b6f4c55-5be6-4d39-a0c0-0f3fd9f4a111";
const bob = "7d3e1c0a-2b4f-4a5d-9c8e-1f2a3b4c5d6e";
const own = "generated_assets";

let storage: StorageStandIn;
let elsewhere: StorageStandIn;
/** Some other server, which may be fetched from. */
const web = createServer((_, response) =>
  response.writeHead(200, { "content-type": "image/png" }).end(tinyPng),
);
let test: TestDatabase;
/** Believes rows; `strict` does not. */
let app: TestBff;
let strict: TestBff;

beforeAll(async () => {
  const buckets = { [own]: {}, uploads: {}, shown: { public: true }, private: {} };
  [storage, elsewhere, test] = await Promise.all([
    openStorage({ secret: jwtSecret, buckets }),
    openStorage({ secret: jwtSecret, buckets }),
    createTestDatabase(),
  ]);
  // `bff migrate --client-rows on` needs the role `authenticated`; what it makes is tried by client-rows-suite.ts.
  await test.query("create policy client_rows on public.input_assets for insert with check (true)");
  const client = serverClient(storage.url, await keyOf("service_role"));
  await once(web.listen(0, "127.0.0.1"), "listening");
  const trustedOrigins = [storage.url, webUrl()];
  const open = (allowClientRows: boolean) =>
    createTestBff(test.database, {
      storage: supabaseStorage(client, { bucket: own }),
      inputs: { buckets: ["uploads", "shown"], allowClientRows, trustedOrigins },
    });
  app = await open(true);
  strict = await open(false);
  const files: [bucket: string, key: string, body?: Uint8Array<ArrayBuffer> | string][] = [
    ["uploads", `${ada}/a.png`],
    ["uploads", `${ada}/My photo (1)..png`],
    ["uploads", `${ada}/deep/er/a.png`],
    ["uploads", `${ada}/page.png`, "<html><script>alert(1)</script></html>"],
    ["uploads", `${ada}/empty.png`, ""],
    ["uploads", `${ada}x/a.png`],
    ["uploads", `${bob}/a.png`],
    ["uploads", "a.png"],
    ["uploads", ada],
    ["shown", `${ada}/a.png`],
    ["shown", `${bob}/a.png`],
    ["private", `${ada}/a.png`],
    [own, `${ada}/a.png`],
    [own, `${bob}/a.png`],
    [own, "images/first/0.png"],
  ];
  for (const [bucket, key, body = tinyPng] of files) {
    const { error } = await client.storage.from(bucket).upload(key, body, { contentType: "image/png" });
    expect(error, key).toBeNull();
  }
});
afterAll(async () => {
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await Promise.all([app?.stop(), strict?.stop()]);
  web.closeAllConnections();
  web.close();
  await Promise.all([test?.close(), storage?.close(), elsewhere?.close()]);
});

const hostOf = ({ bff }: TestBff) => ({
  ...{ fetch: bff.fetch, baseUrl: "http://bff.test/api" },
  close: async () => undefined,
});
const webUrl = () => `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
const at = (path: string) => `${storage.url}/storage/v1/object/${path}`;

/** Asks for a picture made of `ref`, and says what came of it and what the storage's server was asked for meanwhile. */
async function use(ref: string, { as = ada, bff = app }: { as?: string; bff?: TestBff } = {}) {
  const before = storage.asked.length;
  const { status, body } = await ask<{ error?: string; generation_id?: string; details?: object }>(
    hostOf(bff),
    {
      method: "POST",
      path: "/generate/image-to-image",
      json: { task_id: `t-${crypto.randomUUID()}`, prompt: "a lamp", input_image_asset_url: ref },
      as,
    },
  );
  // Pictures that were started before are stored meanwhile.
  const asked = storage.asked.slice(before).filter((call) => !call.includes("/images/t-"));
  return { ...body, status, asked };
}
const taken = { status: 202 };
const refused = { status: 400, error: "asset_url_not_allowed", asked: [] };

describe("a user's own file", () => {
  it.each([
    ["public", (path: string) => at(`public/${path}`)],
    ["authenticated", (path: string) => at(`authenticated/${path}`)],
    ["signed", (path: string) => `${at(`sign/${path}`)}?token=no.token.at-all`],
    ["of its upload", (path: string) => `${at(`upload/sign/${path}`)}?token=x`],
  ])("is taken by its address, %s, of every bucket of the list and of our own", async (_, address) => {
    for (const path of [`uploads/${ada}/a.png`, `shown/${ada}/a.png`, `${own}/${ada}/a.png`])
      expect(await use(address(path)), path).toMatchObject(taken);
  });

  it("is taken in folders, and with a name that its user chose", async () => {
    const { publicUrl } = serverClient(storage.url, "key")
      .storage.from("uploads")
      .getPublicUrl(`${ada}/My photo (1)..png`).data;
    expect(publicUrl).toContain("%20");
    expect(await use(publicUrl)).toMatchObject(taken);
    expect(await use(at(`public/uploads/${ada}/deep/er/a.png`))).toMatchObject(taken);
  });

  it("is read by the server's own key, and never by its address", async () => {
    const { asked } = await use(at(`public/uploads/${ada}/a.png`));
    expect(asked.filter((call) => call.includes("/uploads/"))).toEqual([
      `GET /object/info/uploads/${ada}/a.png`,
      `GET /object/uploads/${ada}/a.png`,
    ]);
  });

  it("is copied: what is written there later changes nothing", async () => {
    const { generation_id: id } = await use(at(`public/uploads/${ada}/a.png`));
    const client = serverClient(storage.url, await keyOf("service_role"));
    const later = { contentType: "image/png", upsert: true };
    await client.storage.from("uploads").upload(`${ada}/a.png`, "something else", later);
    const [{ key } = { key: "" }] = await test.query<{ key: string }>(
      "select sources -> 0 ->> 'storage_key' as key from genbff.generations where id = $1",
      [id],
    );
    expect(key).toMatch(/^inputs\/[0-9a-f-]{36}\.png$/);
    const { data } = await client.storage.from(own).download(key);
    expect(await data?.bytes()).toEqual(tinyPng);
    await client.storage.from("uploads").upload(`${ada}/a.png`, tinyPng, later);
  });

  it.each([
    ["is not there", "nothing.png", "missing"],
    ["is a page", "page.png", "not_allowed"],
    ["is empty", "empty.png", "truncated"],
  ])("that %s is refused, and leaves no row", async (_, name, reason) => {
    const rows = () => test.query("select id from public.input_assets order by id");
    const before = await rows();
    const answer = await use(at(`public/uploads/${ada}/${name}`));
    expect(answer).toMatchObject({ status: 422, error: "asset_unusable", details: { reason } });
    expect(await rows()).toEqual(before);
  });
});

describe("nothing is taken, and nothing asked for, of", () => {
  it.each<[string, () => string]>([
    ["another user's file", () => at(`public/uploads/${bob}/a.png`)],
    ["another user's file in a bucket that everybody may read", () => at(`public/shown/${bob}/a.png`)],
    ["another user's file in our own bucket", () => at(`public/${own}/${bob}/a.png`)],
    ["a folder that begins like the user's", () => at(`public/uploads/${ada}x/a.png`)],
    ["a file that has the user's name", () => at(`public/uploads/${ada}`)],
    ["the user's folder", () => at(`public/uploads/${ada}/`)],
    ["a file of nobody", () => at("public/uploads/a.png")],
    ["a way back", () => at(`public/uploads/${ada}/../${bob}/a.png`)],
    ["an escaped way back", () => at(`public/uploads/${ada}/%2e%2e/${bob}/a.png`)],
    ["a way back in one segment", () => at(`public/uploads/${ada}%2f..%2f${bob}/a.png`)],
    ["a way back that is escaped twice", () => at(`public/uploads/${ada}/%252e%252e/${bob}/a.png`)],
    ["a way back by another slash", () => at(`public/uploads/${ada}/..\\${bob}/a.png`)],
    ["a way back in the buckets", () => at(`public/private/../uploads/${ada}/a.png`)],
    ["an escaped slash behind the user", () => at(`public/uploads/${ada}%2Fa.png`)],
    ["a slash that only looks like one", () => at(`public/uploads/${ada}%EF%BC%8Fa.png`)],
    ["a name in other letters", () => at(`public/uploads/${ada}/%D1%84.png`)],
    ["half an escape", () => at(`public/uploads/${ada}/%E0%A4%A.png`)],
    ["a zero", () => at(`public/uploads/${ada}/a.png%00`)],
    ["the user in capitals", () => at(`public/uploads/${ada.toUpperCase()}/a.png`)],
    ["a bucket that is not in the list", () => at(`authenticated/private/${ada}/a.png`)],
    ["a bucket that begins like one", () => at(`public/uploads2/${ada}/a.png`)],
    [
      "pictures that are made there",
      () => at(`public/uploads/${ada}/a.png`).replace("/object/", "/render/image/"),
    ],
    ["its lists", () => `${storage.url}/storage/v1/bucket`],
    ["what else is on its host", () => `${storage.url}/rest/v1/rpc/anything`],
    ["a session in its address", () => at(`public/uploads/${ada}/a.png`).replace("//", "//x:y@")],
    ["an address in other letters", () => at(`public/uploads/${ada}/a.png`).replace("http:", "HTTP:")],
    ["an address with a tab", () => at(`public/up\tloads/${bob}/a.png`)],
    ["our own files", () => at(`authenticated/${own}/images/first/0.png`)],
  ])("%s", async (_, url) => {
    expect(await use(url())).toMatchObject(refused);
  });

  it("the same bucket of another project", async () => {
    const url = at(`public/uploads/${ada}/a.png`).replace(storage.url, elsewhere.url);
    expect(await use(url)).toMatchObject(refused);
    expect(elsewhere.asked).toEqual([]);
  });

  it("our own files, by users of another sign-in who are called as a folder is", async () => {
    for (const as of ["images", "uploads", `${ada}/deep`])
      for (const path of [`${own}/images/first/0.png`, `uploads/${ada}/deep/er/a.png`])
        expect(await use(at(`public/${path}`), { as }), `${as}: ${path}`).toMatchObject(refused);
  });
});

describe("a row that a client wrote", () => {
  async function rowOf(userId: string, url: string): Promise<string> {
    const [{ id } = { id: "" }] = await test.query<{ id: string }>(
      "insert into public.input_assets (user_id, asset_url) values ($1, $2) returning id",
      [userId, url],
    );
    return id;
  }

  it("stands for its user's file, where rows are believed", async () => {
    const id = await rowOf(ada, at(`public/uploads/${ada}/a.png`));
    expect(await use(id)).toMatchObject(taken);
    expect(await use(id, { bff: strict })).toMatchObject({ status: 404, error: "not_found", asked: [] });
    expect(await use(id, { as: bob })).toMatchObject({ status: 404, error: "not_found", asked: [] });
  });

  it.each<[string, () => string]>([
    ["another user's file", () => at(`public/uploads/${bob}/a.png`)],
    ["one of our own files", () => at(`authenticated/${own}/images/first/0.png`)],
    ["another host, which may be fetched from", () => `${webUrl()}/a.png`],
    ["another host of the web", () => "https://images.example.com/a.png"],
    ["another row", () => crypto.randomUUID()],
    ["nothing", () => ""],
  ])("makes no input of %s", async (_, url) => {
    expect(await use(await rowOf(ada, url()))).toMatchObject(refused);
  });

  it("is what is refused there, and not the host", async () => {
    expect(await use(`${webUrl()}/a.png`)).toMatchObject(taken);
  });
});

describe("what cannot be is refused at the start:", () => {
  const make = (inputs: object, storage = memoryStore()) =>
    createBff({
      database: test.database,
      storage,
      auth: { authenticate: () => Promise.reject(new Error("nobody")) },
      providers: {},
      prices: {},
      secret: testSecret,
      inputs,
    });

  it("buckets of a storage that has none", () => {
    expect(() => make({ buckets: ["uploads"] })).toThrow("this storage has no further buckets");
  });

  it("rows without a bucket that they could name", () => {
    expect(() => make({ allowClientRows: true })).toThrow("inputs.allowClientRows needs inputs.buckets");
  });

  it("a bucket that is not there", async () => {
    const client = serverClient(storage.url, await keyOf("service_role"));
    const opened = createTestBff(test.database, {
      storage: supabaseStorage(client, { bucket: own }),
      inputs: { buckets: ["forgotten"] },
    });
    await expect(opened).rejects.toThrow('there is no bucket "forgotten"');
  });
});
