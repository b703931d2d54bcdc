import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { errorCodes } from "@genbff/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { renderErrorOf, renderErrors } from "../src/contract/failures.ts";
import { renderRoutes } from "../src/contract/routes.ts";
import { type RunStage, render } from "../src/pipeline/run.ts";
import { type Answer, ada, lin, openRenderApp, type RenderApp } from "./render-app.ts";

// The contract as the README's tables say it: each row has its proof here, and its answer must be the one that came.

let app: RenderApp;
let gate: Promise<void> = Promise.resolve();
let trouble: Error | undefined;

beforeAll(async () => {
  app = await openRenderApp({
    queueDepth: 2,
    run: async (input, runStage) =>
      render(input, (async (stage, work) =>
        runStage(stage, async (signal) => {
          if (trouble !== undefined) throw trouble;
          if (stage === "depth") await Promise.race([gate, aborted(signal)]);
          return work(signal);
        })) as RunStage),
  });
});
afterAll(async () => {
  expect(await app.test.database.call("genbff_violations", {})).toEqual([]);
  await app.close();
});

const aborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
const good = () => ({ image_url: `${app.pictures}/wall.png`, texture_url: `${app.pictures}/tiles.jpg` });
const submit = (changed: object = {}, headers: Record<string, string> = {}, user: string | undefined = ada) =>
  app.ask(user, "/render/jobs", { ...good(), ...changed }, headers);
const poll = (jobId: string, user = ada) => app.ask(user, `/render/jobs/${jobId}`);
/** Hands a job in, waits for its end and looks at it once more. */
async function finished(changed: object = {}): Promise<Answer> {
  const { body } = await submit(changed);
  await app.ended(ada, body.job_id);
  return poll(body.job_id);
}
/** Runs while a job stands in its second stage, until then or until it is told to go on. */
async function whileRunning<Result>(
  look: (jobId: string, goOn: () => void) => Promise<Result>,
): Promise<Result> {
  const { promise, resolve } = Promise.withResolvers<void>();
  gate = promise;
  const goOn = () => {
    gate = Promise.resolve();
    resolve();
  };
  const { body } = await submit();
  try {
    // Reports are thinned out: it is told within a second or so.
    const isThere = async () => (await poll(body.job_id)).body.stage === "2/5 depth";
    await vi.waitUntil(isThere, { timeout: 20_000 });
    return await look(body.job_id, goOn);
  } finally {
    goOn();
    await app.ended(ada, body.job_id);
  }
}
/** The same BFF behind other settings of the contract. */
async function pollBy(changed: { showQueued?: boolean }, jobId: string): Promise<Answer> {
  const routes = renderRoutes({
    bff: app.bff,
    auth: app.options.auth,
    retentionMs: 3_600_000,
    showQueued: false,
    ...changed,
  });
  return app.ask(ada, `/render/jobs/${jobId}`, undefined, {}, routes);
}
const project = "7f8de1b2-6f0e-4b4f-9a55-0d9b1f6d3333";

const proofs: Record<string, () => Promise<Answer>> = {
  "a photo and a texture": async () => {
    const answer = await submit();
    expect(answer.body.poll_url).toBe(`/render/jobs/${answer.body.job_id}`);
    expect(await app.ended(ada, answer.body.job_id)).toMatchObject({ status: "completed" });
    return answer;
  },
  "no photo": () => submit({ image_url: undefined }),
  "a photo that cannot be reached": () => submit({ image_url: `${app.pictures}/absent.png` }),
  "a texture at an address that may not be asked": () => submit({ texture_url: "http://10.0.0.1/a.png" }),
  "a texture that is no picture": () => submit({ texture_url: `${app.pictures}/text.txt` }),
  "a photo smaller than 64 pixels": () => submit({ image_url: `${app.pictures}/pixel.png` }),
  "a project without its user": () => submit({ project_id: project }),
  "an option beyond its range": () => submit({ options: { real_world_scale: 1000 } }),
  "a field that is not known": () => submit({ colour: "red" }),
  "a body that is not JSON": () => app.ask(ada, "/render/jobs", "{"),
  "another user's `user_id`": () => submit({ project_id: project, user_id: lin }),
  "no token": () => app.ask(undefined, "/render/jobs", good()),
  "more than `RENDER_QUEUE_DEPTH` waiting": () =>
    whileRunning(async () => {
      const waiting = await Promise.all([submit(), submit()]);
      const answer = await submit();
      gate = Promise.resolve();
      for (const { body } of waiting) await app.ask(ada, `/api/generations/${body.job_id}/cancel`, {});
      return answer;
    }),
  "the same `project_id` and `generation_id` again": async () => {
    const named = { project_id: project, user_id: ada, generation_id: "second-try" };
    const first = await submit(named);
    await app.ended(ada, first.body.job_id);
    const [again, other] = await Promise.all([submit(named), submit({ ...named, generation_id: "third" })]);
    expect(again.body.job_id).toBe(first.body.job_id);
    expect(other.body.job_id).not.toBe(first.body.job_id);
    await app.ended(ada, other.body.job_id);
    return again;
  },
  "the same `Idempotency-Key` again": async () => {
    const first = await submit({}, { "idempotency-key": "again" });
    await app.ended(ada, first.body.job_id);
    const again = await submit({}, { "idempotency-key": "again" });
    expect(again.body.job_id).toBe(first.body.job_id);
    return again;
  },
  "the same `Idempotency-Key` with another body": async () => {
    const first = await submit({}, { "idempotency-key": "once" });
    await app.ended(ada, first.body.job_id);
    return submit({ options: { real_world_scale: 3 } }, { "idempotency-key": "once" });
  },

  "while it waits": () => whileRunning(() => whileWaiting(poll)),
  "while it waits, with `RENDER_SHOW_QUEUED`": () =>
    whileRunning(() => whileWaiting((jobId) => pollBy({ showQueued: true }, jobId))),
  "while it runs": () => whileRunning((jobId) => poll(jobId)),
  "when it is done": async () => {
    const answer = await finished({ project_id: project, user_id: ada });
    const { pathname, search, origin } = new URL(answer.body.result_url);
    expect(origin).toBe("http://render.test");
    expect(decodeURIComponent(pathname)).toBe(
      `/api/files/renders/${ada}/${project}-${answer.body.job_id}.png`,
    );
    const picture = await app.bff.fetch(new Request(`http://render.test${pathname}${search}`));
    const { format, width } = await sharp(Buffer.from(await picture.arrayBuffer())).metadata();
    expect([format, width]).toEqual(["png", 480]);
    const alone = await finished();
    expect(new URL(alone.body.result_url).pathname).toBe(
      `/api/files/renders/${ada}/${alone.body.job_id}.png`,
    );
    return answer;
  },
  "when a stage broke": async () => {
    trouble = new Error("the vendor of nothing, /etc/passwd");
    return finished().finally(() => {
      trouble = undefined;
    });
  },
  "when a stage took longer than `stage_timeout_seconds`": async () => {
    gate = new Promise(() => undefined);
    return finished({ options: { stage_timeout_seconds: 0.5 } }).finally(() => {
      gate = Promise.resolve();
    });
  },
  "when the stored photo could not be read": () =>
    whileRunning(async (_running, goOn) => {
      const { body } = await submit();
      // It is taken, and its files go away before its turn.
      await rm(join(app.folder, "project-images/inputs"), { recursive: true });
      // As if they had been looked for as often as they are, which takes half a minute.
      await app.test.query(`update genbff.generations set retries = '{"prepare": 5}' where id = $1`, [
        body.job_id,
      ]);
      goOn();
      await app.ended(ada, body.job_id);
      return poll(body.job_id);
    }),
  "when the picture could not be stored": async () => {
    const { storage } = app.options;
    const put = storage.put.bind(storage);
    const full = vi.spyOn(storage, "put").mockImplementation(async (key, ...rest) => {
      if (key.startsWith("renders/")) throw new Error("no space left on device");
      await put(key, ...rest);
    });
    const answer = await finished().finally(() => full.mockRestore());
    // It was made as often as it may be, and each is written down.
    const orphans = await app.test.query("select attempt from genbff.orphans where generation_id = $1", [
      answer.body.job_id,
    ]);
    expect(orphans).toHaveLength(3);
    return answer;
  },
  // Its parts are all there and of the right length; only a decoder sees what is in them.
  "when an input cannot be decoded": () => finished({ image_url: `${app.pictures}/spoilt.jpg` }),
  "of somebody else": async () => poll((await finished()).body.job_id, lin),
  "that never was": () => poll("00000000-0000-4000-8000-000000000000"),
  "that ended more than 48 hours ago": async () => {
    const { body } = await finished();
    // An end is written once: triggers are off for the while.
    const endedHoursAgo = (hours: number) =>
      app.test.query(`begin; set local session_replication_role = replica;
        update genbff.generations set completed_at = clock_timestamp() - interval '${hours} hours'
         where id = '${body.job_id}'; commit`);
    const inView = () =>
      app.test.query("select status from public.render_jobs where job_id = $1", [body.job_id]);
    await endedHoursAgo(47.9);
    expect([(await poll(body.job_id)).status, await inView()]).toEqual([200, [{ status: "completed" }]]);
    await endedHoursAgo(48.1);
    expect(await inView()).toEqual([]);
    return poll(body.job_id);
  },
};

/** A second job behind the one that runs. */
async function whileWaiting(look: (jobId: string) => Promise<Answer>): Promise<Answer> {
  const { body } = await submit();
  const answer = await look(body.job_id);
  await app.ask(ada, `/api/generations/${body.job_id}/cancel`, {});
  return answer;
}

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const rows = [...readme.matchAll(/^\| (.+?) +\| (\d{3}) `(\{.+?\})`/gm)].map(
  ([, when = "", status, body = ""]) => ({
    when: when.trim(),
    status: Number(status),
    body: JSON.parse(body) as object,
  }),
);

it("has a proof for every row of the contract, and a row for every proof", () => {
  expect(rows.map(({ when }) => when).sort()).toEqual(Object.keys(proofs).sort());
});

it.each(rows)("answers $when with $status", async ({ when, status, body }) => {
  expect(await proofs[when]?.()).toMatchObject({ status, body });
});

describe("the view of jobs", () => {
  it("says the same as the API, for every code that there is", async () => {
    const codes = Object.keys(errorCodes) as (keyof typeof errorCodes)[];
    const told = await app.test.query<{ code: string; render: string; message: string }>(
      `select code, public.render_error_code(code) as render, public.render_error_message(public.render_error_code(code)) as message
         from unnest($1::text[]) code`,
      [codes],
    );
    expect(told).toEqual(
      codes.map((code) => ({
        code,
        render: renderErrorOf[code],
        message: renderErrors[renderErrorOf[code]],
      })),
    );
  });

  it("shows a job as it ended", async () => {
    const { body } = await finished({ project_id: project, user_id: ada });
    const [row] = await app.test.query("select * from public.render_jobs where job_id = $1", [body.job_id]);
    expect(row).toMatchObject({ project_id: project, user_id: ada, status: "completed", error_code: null });
    expect(basename(new URL(String(row?.result_url), "http://render.test").pathname)).toBe(
      `${project}-${body.job_id}.png`,
    );
  });
});
