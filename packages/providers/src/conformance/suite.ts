import type { ProviderAnswer, ProviderError } from "@genbff/core";
import { HttpResponse } from "msw";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buy, failureOf } from "./buy.ts";
import { type ExpectedFailure, secrets, type VendorCases } from "./cases.ts";
import { submitContext } from "./context.ts";
import { baseUrl, createVendorServer } from "./vendor-server.ts";

const redirects = [301, 302, 303, 307, 308];
/** Sends whoever follows it to another host. */
const elsewhere = (status: number) =>
  new HttpResponse("CANARY", { status, headers: { location: "https://a.invalid" } });
const open = { code: "submission_unknown", outcome: "unknown" } as const;

/** What every vendor must do alike. A new vendor is its folder and one line in `conformance.test.ts`. */
export function describeProvider(cases: VendorCases): void {
  describe(cases.vendor, () => {
    const server = createVendorServer(cases);
    const settings = { baseUrl: `${baseUrl}/`, apiKey: secrets.key };
    const provider = cases.create(settings);
    const impatient = cases.create({ ...settings, timeoutMs: 250 });
    const warnings: string[] = [];
    const context = submitContext({
      logger: {
        debug: () => undefined,
        info: () => undefined,
        warn: (fields, message) => warnings.push(`${message} ${JSON.stringify(fields)}`),
        error: () => undefined,
      },
    });
    const [keyHeader, keyValue] = cases.auth ?? ["authorization", `Bearer ${secrets.key}`];
    const uploadPaths = cases.uploadPaths ?? ["files"];
    const uploads = () => server.seen.filter(({ path }) => uploadPaths.includes(path));
    const buysNothing = new Set([...uploadPaths, ...Object.keys(cases.prepared ?? {})]);
    const submissions = () => server.seen.filter(({ path }) => !buysNothing.has(path));
    beforeAll(() => server.listen());
    afterEach(() => {
      server.reset();
      warnings.length = 0;
    });
    afterAll(() => server.close());

    it("says whose it is, in one word", () => {
      expect(provider.vendor).toMatch(/^[a-z][a-z0-9-]*$/);
    });

    describe("sends", () => {
      it.each(cases.requests)("$title", async ({ job, path, headers, json, form }) => {
        await buy(provider, job, context);
        const [sent, ...others] = submissions();
        expect(others).toEqual([]);
        expect(sent).toMatchObject({ method: "POST", path });
        expect(sent?.json).toEqual(json);
        expect(sent?.form).toEqual(form);
        for (const [name, value] of Object.entries(headers)) expect(sent?.headers.get(name)).toBe(value);
        for (const { headers, path } of server.seen)
          expect(headers.get(keyHeader)).toBe(cases.keylessPaths?.includes(path) ? null : keyValue);
      });

      it.each(cases.requests)("nothing while it prepares $title, but uploads", async ({ job }) => {
        const first = await provider.prepare(job, context);
        expect(submissions()).toEqual([]);
        expect(await provider.prepare(job, context)).toEqual(first);
        expect(uploads()).toHaveLength(cases.uploaded ? job.files.length * uploadPaths.length * 2 : 0);
      });
    });

    describe("classes a submission that is answered with", () => {
      const submit = async (expected: ExpectedFailure) => {
        const { error } = await buy(provider, cases.job, context);
        expectFailure(error, expected);
        expect(submissions()).toHaveLength(1);
      };
      /** On a busy machine its patience may end before the request has arrived: then it must not come later. */
      const giveUp = async () => {
        const { error } = await buy(impatient, cases.job, context);
        expectFailure(error, open);
        expect(submissions().length).toBeLessThanOrEqual(1);
      };

      it.each(Object.entries(cases.submitFailures))("%s", async (name, expected) => {
        server.answerWith(name);
        await submit(expected);
      });
      it.each([400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 301, 302, 307, 308])(
        "%i as refused",
        async (status) => {
          server.answerWith(() => elsewhere(status));
          const { error } = await buy(provider, cases.job, context);
          expect(error).toMatchObject({ outcome: "refused", upstreamStatus: status });
          expect(error?.retryAfterMs).toBeUndefined();
          expect(submissions()).toHaveLength(1);
        },
      );
      it.each([303, 408, 425, 499, 500, 501, 502, 503, 504, 520])("%i as unknown", async (status) => {
        server.answerWith(() => new HttpResponse("<h1>CANARY</h1>", { status }));
        await submit(open);
      });
      it.each([
        [429, undefined, cases.defaultRetryMs ?? 5_000],
        [429, "soon", cases.defaultRetryMs ?? 5_000],
        [429, "-3", cases.defaultRetryMs ?? 5_000],
        [429, "0", 1_000],
        [429, "3", 3_000],
        [429, "99999999999", 3_600_000],
        [429, "Fri, 20 Nov 2026 09:12:30 GMT", 30_000],
        [503, "3", 3_000],
        [503, "Fri, 20 Nov 2026 09:00:00 GMT", 1_000],
      ])("%i and Retry-After %s", async (status, retryAfter, retryAfterMs) => {
        const headers = { date: "Fri, 20 Nov 2026 09:12:00 GMT" };
        const waiting = retryAfter === undefined ? headers : { ...headers, "retry-after": retryAfter };
        server.answerWith(() => new HttpResponse("{}", { status, headers: waiting }));
        await submit({ code: "provider_unavailable", outcome: "refused", retryAfterMs });
      });
      it("503 and a Retry-After that nobody can read as unknown", async () => {
        server.answerWith(() => new HttpResponse("{}", { status: 503, headers: { "retry-after": "soon" } }));
        await submit(open);
      });
      it.each(cases.nonsense.map((body) => [JSON.stringify(body)]))("200 and %s", async (body) => {
        server.answerWith(() => new HttpResponse(body, { status: 200 }));
        await submit(open);
      });
      it.each(["", "null", "[]", "7", "<!doctype html><title>CANARY</title>", "{", "[".repeat(5_000)])(
        "200 and the text %s",
        async (text) => {
          server.answerWith(() => new HttpResponse(text, { status: 200 }));
          await submit(open);
        },
      );
      it("200 and six megabytes of JSON", async () => {
        server.answerWith(() => new HttpResponse(`{"a":"${"x".repeat(6_000_000)}"}`, { status: 200 }));
        await submit(open);
      });
      it("nothing in time", async () => {
        server.answerWith(() => new Promise(() => undefined));
        await giveUp();
      });
      it("headers and nothing after them", async () => {
        server.answerWith(() => new HttpResponse(new ReadableStream(), { status: 200 }));
        await giveUp();
      });
      it("a broken connection", async () => {
        server.answerWith(() => HttpResponse.error());
        await submit(open);
      });
    });

    describe("stops", () => {
      it("before it sends anything when it is told so beforehand", async () => {
        const stopped = { ...context, signal: AbortSignal.abort() };
        const prepared = await provider.prepare(cases.job, context);
        server.reset();
        const error = await failureOf(provider.submit(cases.job, prepared, stopped));
        expectFailure(error, { code: "provider_unavailable", outcome: "not_sent" });
        expect(server.seen).toEqual([]);
      });

      it("while it waits, and says that the outcome is unknown", async () => {
        const controller = new AbortController();
        server.answerWith(() => {
          controller.abort();
          return new Promise(() => undefined);
        });
        const { error } = await buy(provider, cases.job, { ...context, signal: controller.signal });
        expectFailure(error, open);
        expect(submissions()).toHaveLength(1);
      });
    });

    if (cases.uploadFailures) {
      const failures = Object.entries(cases.uploadFailures);
      it.each(failures)("classes an upload that is answered with %s", async (name, expected) => {
        server.answerUploadsWith(name);
        expectFailure(await failureOf(provider.prepare(cases.job, context)), expected);
        expect(server.seen).toHaveLength(1);
      });
      it.each(redirects)(
        "takes neither key nor file elsewhere when an upload is answered with %i",
        async (status) => {
          server.answerUploadsWith(() => elsewhere(status));
          const error = await failureOf(provider.prepare(cases.job, context));
          expect(error.upstreamStatus).toBe(status);
          expect(server.seen).toHaveLength(1);
        },
      );
    }

    if (cases.states) {
      const check = async (said: Parameters<typeof server.answerWith>[0], signal = context.signal) => {
        const { answer } = await buy(provider, cases.job, context);
        if (answer?.state !== "running" || !provider.check) throw new Error("The vendor has no jobs.");
        server.seen.length = 0;
        server.answerWith(said);
        const { reference } = answer;
        return { reference, answer: provider.check(reference, { ...context, signal }) };
      };

      it.each(Object.entries(cases.states))("reads the state %s", async (name, expected) => {
        const { reference, answer } = await check(name);
        expect(await shown(await answer)).toEqual({ ...expected, reference });
        expect(server.seen.map(({ method }) => method)).toEqual(server.answersOf(name).map(() => "GET"));
        for (const { headers } of server.seen) expect(headers.get(keyHeader)).toBe(keyValue);
      });
      it.each(Object.entries(cases.stateFailures ?? {}))("reads the failure %s", async (name, expected) => {
        const { answer } = await check(name);
        expectFailure(await failureOf(answer), expected);
        expect(server.seen).toHaveLength(server.answersOf(name).length);
      });
      it.each(redirects)("takes its key nowhere else when a question is answered with %i", async (status) => {
        const { answer } = await check(() => elsewhere(status));
        const error = await failureOf(answer);
        expectFailure(error, { code: "provider_unavailable", outcome: "not_sent", operator: true });
        expect(error.upstreamStatus).toBe(status);
        expect(server.seen).toHaveLength(1);
      });
      it("stops while it asks, and gives nothing up", async () => {
        const controller = new AbortController();
        const silence = () => {
          controller.abort();
          return new Promise<Response>(() => undefined);
        };
        const { answer } = await check(silence, controller.signal);
        expectFailure(await failureOf(answer), { code: "provider_unavailable", outcome: "not_sent" });
        expect(server.seen).toHaveLength(1);
      });
      it.runIf(cases.newStatus)("goes on and says so in the log when a status is new to it", async () => {
        await (await check(cases.newStatus?.fixture ?? "")).answer;
        expect(warnings).toEqual([expect.stringContaining(cases.newStatus?.word ?? "")]);
      });
    }
  });
}

/** An answer whose streams were read, so that it can be compared. */
async function shown(answer: ProviderAnswer): Promise<unknown> {
  if (answer.state !== "done") return answer;
  const outputs: unknown[] = [];
  for await (const output of answer.outputs) {
    const { source } = output;
    outputs.push(
      "stream" in source ? { ...output, source: { text: await new Response(source.stream).text() } } : output,
    );
  }
  return { ...answer, outputs };
}

/** Exactly this failure, and nothing of the vendor, the user or the key in what others may see. */
function expectFailure(error: ProviderError | undefined, expected: ExpectedFailure): void {
  const { code, outcome, retryAfterMs, operator, details } = error ?? {};
  expect({ code, outcome, retryAfterMs, operator, details }).toEqual({
    retryAfterMs: undefined,
    operator: false,
    details: undefined,
    ...expected,
  });
  // Whoever reads of refused content must learn whether to change the words or to try once more.
  if (code === "content_rejected") expect(["input", "output"]).toContain(details?.stage);
  const shown = `${error?.message} ${JSON.stringify(error?.details)} ${error?.stack?.split("\n")[0]}`;
  expect(shown).not.toMatch(/canary|secret|https?:|vendor\.invalid/i);
}
