import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { failureOf } from "../conformance/buy.ts";
import { fileOf } from "../conformance/cases.ts";
import { createFormBody } from "./form-data.ts";
import { createHttp, type HttpCall } from "./http.ts";
import { readJson } from "./read-json.ts";

const open: { close(): unknown; closeAllConnections?(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

async function listen(server: Server | ReturnType<typeof createSocketServer>, scheme = "http") {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const serve = (listener: RequestListener) => listen(createServer(listener));
const httpTo = (baseUrl: string) => createHttp({ vendor: "vendor", baseUrl, apiKey: "sk-SECRET" });
const call: HttpCall = {
  purpose: "submit",
  method: "POST",
  path: "buy",
  json: { prompt: "p" },
  signal: new AbortController().signal,
};
const notSent = { code: "provider_unavailable", outcome: "not_sent" };
const unknown = { code: "submission_unknown", outcome: "unknown" };
const buy = async (baseUrl: string, more: Partial<HttpCall> = {}) =>
  failureOf(httpTo(baseUrl)({ ...call, ...more }).then(readJson));

describe("a submission", () => {
  it("was not sent when the name does not resolve", async () => {
    expect(await buy("http://vendor.invalid")).toMatchObject(notSent);
  });

  it("was not sent when nobody listens", async () => {
    const server = createServer();
    const url = await listen(server);
    server.close();
    expect(await buy(url)).toMatchObject(notSent);
  });

  it("was not sent when there is no TLS behind https", async () => {
    const url = await serve((_, response) => response.end());
    expect(await buy(url.replace("http:", "https:"))).toMatchObject(notSent);
  });

  it("was not sent when the TLS handshake is cut off", async () => {
    const url = await listen(
      createSocketServer((socket) => {
        socket.once("data", () => socket.destroy());
        socket.on("error", () => undefined);
      }),
      "https",
    );
    expect(await buy(url)).toMatchObject(notSent);
  });

  it("was not sent when an input file cannot be read to its end", async () => {
    let requests = 0;
    const url = await serve((request) => {
      request.on("end", () => requests++).resume();
    });
    const file = { ...fileOf("photo", "short"), bytes: 5_000 };
    const form = createFormBody([{ name: "image", file, fileName: "a.png" }]);
    const { json: _, ...formCall } = call;
    const error = await failureOf(httpTo(url)({ ...formCall, form }));
    expect(error).toMatchObject(notSent);
    expect(requests).toBe(0);
  });

  it.each([
    [
      "the connection is cut after the request",
      (_: unknown, response: { destroy(): unknown }) => response.destroy(),
    ],
    ["nothing comes back", () => undefined],
  ])("is unknown when %s", async (_, listener) => {
    let requests = 0;
    const url = await serve((request, response) => {
      requests++;
      request.on("end", () => listener(request, response)).resume();
    });
    expect(await buy(url, { answerTimeoutMs: 300 })).toMatchObject(unknown);
    expect(requests).toBe(1);
  });

  it.each([
    ["shorter than announced", { "content-length": "100" }],
    ["a chunked one without its end", {}],
  ])("is unknown when the answer is %s", async (_, headers) => {
    const url = await serve((_, response) => {
      response.writeHead(200, headers).write('{"code":0}', () => response.destroy());
    });
    expect(await buy(url)).toMatchObject(unknown);
  });

  it("is unknown when the answer stops coming", async () => {
    const url = await serve((_, response) => {
      response.writeHead(200).write('{"code"');
    });
    expect(await buy(url, { idleTimeoutMs: 100 })).toMatchObject(unknown);
  });

  it("is unknown when the answer has headers only", async () => {
    const url = await serve((_, response) => response.writeHead(200).flushHeaders());
    expect(await buy(url, { answerTimeoutMs: 300 })).toMatchObject(unknown);
  });

  it("never follows a redirect with its key", async () => {
    let strangers = 0;
    const stranger = await serve((_, response) => {
      strangers++;
      response.end("{}");
    });
    const url = await serve((_, response) => response.writeHead(307, { location: `${stranger}/buy` }).end());
    const answer = await httpTo(url)(call);
    expect(answer.status).toBe(307);
    await answer.body.cancel();
    expect(strangers).toBe(0);
  });

  it("shows no key and no request in the error it throws", async () => {
    const error = await buy("http://vendor.invalid");
    const chain = [error, error.cause, (error.cause as Error).cause];
    expect(chain.some((link) => link && typeof link === "object" && "request" in link)).toBe(false);
    expect(`${error.message} ${JSON.stringify(chain)}`).not.toContain("SECRET");
  });

  it("may take its time with an answer as long as it asks for nothing", async () => {
    const url = await serve((_, response) => {
      response.writeHead(200).write("{");
      setTimeout(() => response.end("}"), 50);
    });
    const answer = await httpTo(url)({ ...call, answerTimeoutMs: 200, idleTimeoutMs: 100 });
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(await readJson(answer)).toEqual({});
  });
});

describe("a call that buys nothing", () => {
  it.each(["prepare", "read"] as const)("to %s may be repeated after a lost answer", async (purpose) => {
    const url = await serve((request, response) => {
      request.on("end", () => response.destroy()).resume();
    });
    expect(await buy(url, { purpose })).toMatchObject(notSent);
  });
});
