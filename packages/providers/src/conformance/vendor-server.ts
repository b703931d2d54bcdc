import { readFileSync } from "node:fs";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import type { Fixture, VendorCases } from "./cases.ts";

/** Where the vendor is said to be; a name that no resolver knows. */
export const baseUrl = "https://vendor.invalid/v1";

/** One request as it arrived. */
interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly json: unknown;
  readonly form: [string, string][] | undefined;
}

/** Answers in place of a vendor and remembers every request. */
export interface VendorServer {
  readonly seen: Seen[];
  /** What the next calls get: a fixture's name, or a whole answer. */
  answerWith(answer: string | (() => Response | Promise<Response>)): void;
  answerUploadsWith(answer: string | (() => Response)): void;
  /** The answers of a fixture, one for each call. */
  answersOf(name: string): readonly Fixture[];
  listen(): void;
  reset(): void;
  close(): void;
}

/** Makes it. Any request to another host fails the test. */
export function createVendorServer(cases: VendorCases): VendorServer {
  const server = setupServer();
  const seen: Seen[] = [];
  const uploadPaths = cases.uploadPaths ?? ["files"];
  let answer: () => Response | Promise<Response> = () => respond(cases.accepted);
  let upload: string | (() => Response) | undefined = cases.uploaded;
  const respond = (name: string) => toResponse(readFixture(cases.folder, name));
  const answersOf = (name: string) => {
    const answers: Fixture[] = [];
    for (let one: Fixture | undefined = readFixture(cases.folder, name); one; one = one.next)
      answers.push(one);
    return answers;
  };
  /** One answer a call; the last one stays. */
  const inTurn = (name: string) => {
    const answers = answersOf(name);
    return () => toResponse((answers.length > 1 ? answers.shift() : answers[0]) as Fixture);
  };
  const handler = http.all(`${baseUrl}/*`, async ({ request }) => {
    const path = request.url.slice(baseUrl.length + 1);
    seen.push(await describeRequest(request, path));
    const ready = cases.prepared?.[path];
    if (ready !== undefined) return respond(ready);
    if (!uploadPaths.includes(path) || upload === undefined) return answer();
    return typeof upload === "string" ? respond(upload) : upload();
  });
  return {
    seen,
    answerWith(next) {
      answer = typeof next === "string" ? inTurn(next) : next;
    },
    answersOf,
    answerUploadsWith(next) {
      upload = next;
    },
    listen() {
      server.listen({ onUnhandledFrame: "error" });
      server.use(handler);
    },
    reset() {
      seen.length = 0;
      answer = () => respond(cases.accepted);
      upload = cases.uploaded;
    },
    close: () => server.close(),
  };
}

function readFixture(folder: string, name: string): Fixture {
  return JSON.parse(readFileSync(new URL(`../${folder}/__fixtures__/${name}.json`, import.meta.url), "utf8"));
}

function toResponse({ status, headers, body, bytes, lines }: Fixture): Response {
  if (bytes !== undefined) {
    return new HttpResponse(Buffer.from(bytes, "base64"), { status, ...(headers ? { headers } : {}) });
  }
  if (lines !== undefined) {
    return new HttpResponse(lines.join("\n"), { status, ...(headers ? { headers } : {}) });
  }
  return HttpResponse.json(body as object, { status, ...(headers ? { headers } : {}) });
}

async function describeRequest(request: Request, path: string): Promise<Seen> {
  const { method, headers } = request;
  const type = headers.get("content-type") ?? "";
  if (!type.startsWith("multipart/form-data")) {
    const text = await request.text();
    const json = type.includes("json") && text !== "" ? JSON.parse(text) : undefined;
    return { method, path, headers, json, form: undefined };
  }
  const bytes = await request.arrayBuffer();
  if (Number(headers.get("content-length")) !== bytes.byteLength) throw new Error("wrong content-length");
  const parts = await new Response(bytes, { headers: { "content-type": type } }).formData();
  const form: [string, string][] = [];
  for (const [name, value] of parts.entries()) {
    const text = typeof value === "string" ? value : `${value.type} ${value.name} ${await value.text()}`;
    form.push([name, text]);
  }
  return { method, path, headers, json: undefined, form };
}
