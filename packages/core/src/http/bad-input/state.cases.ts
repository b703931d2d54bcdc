import type { UploadReserved } from "../../contract/upload.ts";
import { pictures } from "../../testing/host-suite-generations.ts";
import { testToken } from "../../testing/test-bff.ts";
import { generate, good } from "./case.ts";
import type { Stage, StagedCase } from "./staged-case.ts";

const key = { headers: { "idempotency-key": "once" } };
/** A request with a key that another request has. */
const reused = (name: string, prepare: StagedCase["prepare"]): StagedCase => ({
  name: `a key of a request ${name}`,
  status: 422,
  code: "idempotency_key_reused",
  prepare,
});
const endless = async ({ take }: Stage) =>
  (await take<{ generation_id: string }>(pictures({ task_id: "runs", prompt: "[endless]" }))).generation_id;

/** A signed link for one upload, used otherwise than it was signed for. */
const link = (
  name: string,
  [status, code]: readonly [number, StagedCase["code"]],
  use: (url: string, headers: Readonly<Record<string, string>>) => Request,
): StagedCase => ({
  name,
  status,
  code,
  async prepare({ take }) {
    const json = { filename: "a.png", content_type: "image/png", bytes: 10 };
    const { upload } = await take<UploadReserved>({ method: "POST", path: "/uploads", json });
    return use(new URL(upload.url, "http://bff.test").href, upload.headers);
  },
});
const body = new Uint8Array(5);

/** What cannot be done now, or not any more. */
export const stateCases: readonly StagedCase[] = [
  {
    name: "more than the wallet holds",
    status: 402,
    code: "insufficient_credits",
    details: { required: 20, available: 15 },
    async prepare({ makePicture, take }) {
      for (let at = 0; at < 4; at++)
        await take(pictures({ task_id: `t${at}`, n: 4 }, { headers: { prefer: "wait=20" } }));
      await makePicture("ada", "t");
      return pictures({ task_id: "t", n: 4 });
    },
  },
  {
    name: "one generation too many",
    status: 429,
    code: "too_many_generations",
    async prepare(stage) {
      for (let at = 0; at < 8; at++) await endless(stage);
      return pictures({ task_id: "t" });
    },
  },
  {
    name: "one stream too many",
    status: 429,
    code: "rate_limited",
    async prepare(stage) {
      const path = `/tasks/${await endless(stage)}/events`;
      for (let at = 0; at < 50; at++) await stage.openStream({ path });
      return { path };
    },
  },
  {
    name: "words that the team refuses",
    status: 422,
    code: "content_rejected",
    prepare: async () => pictures({ task_id: "t", prompt: "something [improper]" }),
  },
  reused("with another body", async ({ take }) => {
    await take(pictures({ task_id: "t" }, key));
    return pictures({ task_id: "t", n: 2 }, key);
  }),
  reused("of another operation", async ({ take }) => {
    await take(pictures({ task_id: "t" }, key));
    const json = { task_id: "t", prompt: "a cat" };
    return { method: "POST", path: "/generate/image-to-image", json, ...key };
  }),
  reused("of another route", async ({ take, makePicture }) => {
    const { generation_id: id } = await makePicture("ada", "t");
    await take(pictures({ task_id: "t" }, key));
    return { method: "POST", path: `/generations/${id}/retry`, ...key };
  }),
  {
    name: "a key whose first request does not end",
    status: 409,
    code: "idempotency_in_progress",
    async prepare({ take, lockWallet }) {
      await take({ path: "/credits/balance" });
      await lockWallet("ada");
      return pictures({ task_id: "t" }, key);
    },
  },
  {
    name: "cancel of what has ended",
    status: 409,
    code: "not_cancellable",
    async prepare({ makePicture }) {
      const { generation_id: id } = await makePicture("ada", "t");
      return { method: "POST", path: `/generations/${id}/cancel` };
    },
  },
  {
    name: "retry of what runs",
    status: 409,
    code: "not_retryable",
    prepare: async (stage) => ({ method: "POST", path: `/generations/${await endless(stage)}/retry` }),
  },
  {
    name: "an upload of which no byte has come",
    status: 422,
    code: "asset_unusable",
    async prepare({ take }) {
      const json = { filename: "a.png", content_type: "image/png", bytes: 10 };
      const { input_asset_id: id } = await take<UploadReserved>({ method: "POST", path: "/uploads", json });
      return { method: "POST", path: `/uploads/${id}/complete` };
    },
  },
  link(
    "a link with more bytes than were signed",
    [413, "payload_too_large"],
    (url, headers) => new Request(url, { method: "PUT", headers, body: new Uint8Array(11) }),
  ),
  link(
    "a link with another content type",
    [415, "unsupported_media_type"],
    (url) => new Request(url, { method: "PUT", headers: { "content-type": "image/svg+xml" }, body }),
  ),
  link("a link with another method", [401, "invalid_signature"], (url) => new Request(url)),
  link(
    "a link for another file",
    [401, "invalid_signature"],
    (url, headers) => new Request(url.replace(/\.png\?/, ".jpg?"), { method: "PUT", headers, body }),
  ),
  link(
    "a link that was made to last longer",
    [401, "invalid_signature"],
    (url, headers) => new Request(url.replace("expires=1", "expires=9"), { method: "PUT", headers, body }),
  ),
  {
    name: "a database that is down",
    status: 503,
    code: "unavailable",
    async prepare({ takeDatabaseAway }) {
      takeDatabaseAway();
      return pictures({ task_id: "t" });
    },
  },
  {
    name: "a body that breaks off",
    status: 408,
    code: "request_timeout",
    async prepare() {
      const broken = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(JSON.stringify(good).slice(0, 10)));
        },
        pull: (controller) => controller.error(new Error("the line broke")),
      });
      return new Request(`http://bff.test/api${generate}`, {
        method: "POST",
        headers: { authorization: `Bearer ${await testToken("ada")}`, "content-type": "application/json" },
        body: broken,
        duplex: "half",
      } as RequestInit);
    },
  },
];
