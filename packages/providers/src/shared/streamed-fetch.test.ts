import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { failureOf } from "../conformance/buy.ts";
import { createHttp, type HttpCall } from "./http.ts";
import { createStreamedBody } from "./streamed-body.ts";

const open: { close(): unknown; closeAllConnections?(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

async function listen(server: Server | ReturnType<typeof createSocketServer>): Promise<string> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const serve = (listener: RequestListener) => listen(createServer(listener));

/** Sends a file of so many pieces of 1 KB. */
function send(baseUrl: string, more: Partial<HttpCall> & { pieces?: number } = {}) {
  const { pieces = 3, ...call } = more;
  async function* write() {
    for (let piece = 0; piece < pieces; piece++) yield new Uint8Array(1024).fill(piece);
  }
  return createHttp({ vendor: "vendor", baseUrl, apiKey: "sk-SECRET" })({
    purpose: "submit",
    method: "POST",
    path: "edit",
    form: createStreamedBody("application/octet-stream", pieces * 1024, write()),
    signal: new AbortController().signal,
    ...call,
  });
}
async function textOf({ body }: Awaited<ReturnType<typeof send>>): Promise<string> {
  let text = "";
  for (let piece = await body.next(); piece !== undefined; piece = await body.next())
    text += new TextDecoder().decode(piece);
  return text;
}
const notSent = { code: "provider_unavailable", outcome: "not_sent" };
const unknown = { code: "submission_unknown", outcome: "unknown" };

describe("a call with a streamed body", () => {
  it("arrives whole, with its length and the key, and its answer is read", async () => {
    const url = await serve(async (request, response) => {
      const { authorization, "content-length": length, "transfer-encoding": coding } = request.headers;
      let bytes = 0;
      for await (const chunk of request) bytes += (chunk as Buffer).length;
      response.setHeader("x-request-id", "r-1");
      response.writeHead(201).end(JSON.stringify({ authorization, length, coding, bytes }));
    });
    const answer = await send(url);
    expect([answer.status, answer.headers.get("x-request-id")]).toEqual([201, "r-1"]);
    expect(JSON.parse(await textOf(answer))).toEqual({
      authorization: "Bearer sk-SECRET",
      length: "3072",
      bytes: 3072,
    });
  });

  it("is answered before it was read to its end", async () => {
    // Not ended: a server that closes on unread bytes resets the line, and its answer may be lost on the way.
    const url = await serve((_, response) => void response.writeHead(413).write("too large"));
    const answer = await send(url, { pieces: 20_000 });
    expect(answer.status).toBe(413);
    expect(new TextDecoder().decode(await answer.body.next())).toBe("too large");
    await answer.body.cancel();
  });

  it.each([204, 307])("takes %i for what it is", async (status) => {
    const url = await serve((request, response) => {
      request.on("end", () => response.writeHead(status, { location: "/elsewhere" }).end()).resume();
    });
    const answer = await send(url);
    expect([answer.status, await textOf(answer)]).toEqual([status, ""]);
  });

  it.each([["http://vendor.invalid"], ["https://vendor.invalid"]])("was not sent to %s", async (url) => {
    expect(await failureOf(send(url))).toMatchObject(notSent);
  });

  it("was not sent when nobody listens, nor when there is no TLS behind https", async () => {
    const url = await serve((_, response) => response.end());
    expect(await failureOf(send(url.replace("http:", "https:")))).toMatchObject(notSent);
    open.splice(0).forEach((server) => void server.close());
    expect(await failureOf(send(url))).toMatchObject(notSent);
  });

  it("was not sent when the TLS handshake is cut off", async () => {
    const url = await listen(
      createSocketServer((socket) => {
        socket.once("data", () => socket.destroy());
        socket.on("error", () => undefined);
      }),
    );
    expect(await failureOf(send(url.replace("http:", "https:")))).toMatchObject(notSent);
  });

  it("is unknown when the connection is cut, or nothing comes back", async () => {
    const cut = await serve((request, response) => {
      request.on("end", () => response.destroy()).resume();
    });
    expect(await failureOf(send(cut))).toMatchObject(unknown);
    const silent = await serve((request) => request.resume());
    expect(await failureOf(send(silent, { answerTimeoutMs: 300 }))).toMatchObject(unknown);
  });

  it("is unknown when the vendor answers that it speaks another protocol now", async () => {
    const upgrade = "HTTP/1.1 101 Now\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n";
    const url = await serve((request) => {
      request.on("end", () => request.socket.write(upgrade)).resume();
    });
    expect(await failureOf(send(url))).toMatchObject(unknown);
  });

  it("is unknown when its answer breaks off", async () => {
    const url = await serve((request, response) => {
      request.on("end", () => {
        response.writeHead(200, { "content-length": "100" }).write("{", () => response.destroy());
      });
      request.resume();
    });
    expect(await failureOf(send(url).then(textOf))).toMatchObject(unknown);
  });

  it.each([
    ["gzip", (body: Buffer) => gzipSync(body)],
    ["deflate, br", (body: Buffer) => brotliCompressSync(deflateSync(body))],
    ["identity", (body: Buffer) => body],
  ])("understands an answer as %s, whole and left in its middle", async (encoding, pack) => {
    const body = "words ".repeat(100_000);
    const url = await serve((request, response) => {
      request.on("end", () => {
        response.writeHead(200, { "content-encoding": encoding }).end(pack(Buffer.from(body)));
      });
      request.resume();
    });
    expect(await textOf(await send(url))).toBe(body);
    const left = await send(url);
    await left.body.next();
    await left.body.cancel();
  });

  it("lets go of an answer that has stopped coming", async () => {
    const url = await serve((request, response) => {
      request.on("end", () => response.writeHead(200).write("first")).resume();
    });
    const answer = await send(url);
    await answer.body.next();
    const second = answer.body.next().catch(() => undefined);
    await answer.body.cancel();
    expect(await second).toBeUndefined();
  });

  it("is unknown when its answer is not in the encoding that it names", async () => {
    const url = await serve((request, response) => {
      request.on("end", () => response.writeHead(200, { "content-encoding": "gzip" }).end("words")).resume();
    });
    expect(await failureOf(send(url).then(textOf))).toMatchObject(unknown);
  });

  it("ends when it is called off, before and in its answer", async () => {
    const stop = new AbortController();
    const url = await serve((request, response) => {
      request.on("end", () => response.writeHead(200).write("{")).resume();
    });
    const answer = await send(url, { signal: stop.signal });
    expect(new TextDecoder().decode(await answer.body.next())).toBe("{");
    stop.abort();
    expect(await failureOf(answer.body.next())).toMatchObject(unknown);
    expect(await failureOf(send(url, { signal: stop.signal }))).toMatchObject(notSent);
  });
});
