import { subscribe, unsubscribe } from "node:diagnostics_channel";
import http, { Agent } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createGuardedFetch, type FetchFailure } from "./guarded-fetch.ts";

// Hosts that speak HTTP as no server of Node's would: each answers with bytes.

const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const timeouts = { connectMs: 300, headersMs: 300, idleMs: 300, totalMs: 5000 };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A host that does this with whoever connects. */
async function host(onConnection: (socket: Socket) => void, scheme = "http") {
  const server = createServer((socket) => {
    socket.on("error", silent);
    onConnection(socket);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const origin = `${scheme}://127.0.0.1:${(server.address() as { port: number }).port}`;
  return {
    url: `${origin}/file`,
    fetch: createGuardedFetch({ trustedOrigins: [origin], logger, timeouts }),
    connections: () => new Promise<number>((done) => server.getConnections((_, count) => done(count))),
  };
}

/** A host that says this as soon as it was asked for something, and leaves the connection open. */
const says = (text: string, then: (socket: Socket) => void = silent) =>
  host((socket) =>
    socket.once("data", () => {
      socket.write(text);
      then(socket);
    }),
  );
const head = (...fields: string[]) => `${["HTTP/1.1 200 OK", ...fields].join("\r\n")}\r\n\r\n`;
const whole = `${head("content-length: 5")}hello`;

async function read({ fetch, url }: Awaited<ReturnType<typeof host>>): Promise<string> {
  return new Response((await fetch(url)).stream).text();
}
async function expectFailure(found: Awaited<ReturnType<typeof host>>, reason: FetchFailure): Promise<void> {
  await expect(read(found)).rejects.toMatchObject({ code: "download_failed", reason });
  await expect.poll(() => found.connections()).toBe(0);
}

describe("a host is given up that", () => {
  it.each([
    ["changes the protocol", "HTTP/1.1 101 Now\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"],
    ["tells two lengths", `${head("content-length: 5", "content-length: 6")}hello!`],
    [
      "tells a length and sends pieces",
      `${head("content-length: 5", "transfer-encoding: chunked")}5\r\nhello`,
    ],
    ["tells a length below zero", `${head("content-length: -5")}hello`],
    ["folds a header", head("content-type: image/png", " image/jpeg")],
    ["has a zero byte in a header", head("content-type: image/\0png")],
    ["has a head that is too large", head(`x-large: ${"x".repeat(20_000)}`)],
    ["speaks no HTTP", "hello"],
  ])("%s", async (_, text) => {
    await expectFailure(await says(text), "unreachable");
  });

  it("changes the protocol and does not say to which", async () => {
    await expectFailure(await says("HTTP/1.1 101 Now\r\n\r\n"), "status");
  });

  it("always has something to say before its answer", async () => {
    const early = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
    const found = await says(early, (socket) => {
      const more = setInterval(() => socket.write(early), 10);
      socket.on("close", () => clearInterval(more));
    });
    await expectFailure(found, "timeout");
  });

  it.each([
    ["has an endless description of a piece", `5;${"x".repeat(100_000)}\r\nhello\r\n0\r\n\r\n`],
    ["has endless headers behind its body", `5\r\nhello\r\n0\r\n${"x: y\r\n".repeat(50_000)}\r\n`],
  ])("%s", async (_, text) => {
    await expectFailure(await says(head("transfer-encoding: chunked") + text), "interrupted");
  });

  it("breaks off a body that only its end delimits", async () => {
    const found = await says(`${head("transfer-encoding: gzip")}half`, (socket) =>
      setImmediate(() => socket.resetAndDestroy()),
    );
    await expectFailure(found, "interrupted");
  });

  it("says nothing of TLS, or something else", async () => {
    await expectFailure(await host((socket) => void socket.resume(), "https"), "timeout");
    await expectFailure(await host((socket) => void socket.resume().write(whole), "https"), "unreachable");
  });

  it("has hung up before its address could be looked at, and is tried again later", async () => {
    const hangUp = (message: unknown) => {
      const { socket } = message as { socket: Socket };
      socket.once("connect", () => socket.destroy());
    };
    const found = await says(whole);
    subscribe("net.client.socket", hangUp);
    await expectFailure(found, "unreachable").finally(() => unsubscribe("net.client.socket", hangUp));
  });
});

describe("a host is read that", () => {
  it.each([
    ["says to go on before it answers", `HTTP/1.1 100 Continue\r\n\r\n${whole}`],
    ["wants to keep the connection", `${head("content-length: 5", "connection: keep-alive")}hello`],
    ["answers twice: the first counts", `${whole}${head("content-length: 5")}other`],
  ])("%s", async (_, text) => {
    const found = await says(text);
    expect(await read(found)).toBe("hello");
    await expect.poll(() => found.connections()).toBe(0);
  });
});

describe("a request", () => {
  it("asks no agent of the process, which may know a proxy", async () => {
    const found = await says(whole);
    const asked: unknown[] = [];
    class Proxying extends Agent {
      override createConnection(options: unknown): never {
        asked.push(options);
        throw new Error("nobody may be asked");
      }
    }
    const before = http.globalAgent;
    http.globalAgent = new Proxying();
    const text = await read(found).finally(() => {
      http.globalAgent = before;
    });
    expect([text, asked]).toEqual(["hello", []]);
  });

  it("is not sent where the runtime would connect by itself", async () => {
    let asked = 0;
    const found = await says(whole, () => {
      asked += 1;
    });
    const { request } = http;
    // As Deno 2.1 has it: it knows of no connection but its own.
    const own = (url: URL, { createConnection, ...options }: http.RequestOptions) =>
      request(url, { ...options, agent: false });
    http.request = own as typeof http.request;
    const reading = read(found).finally(() => {
      http.request = request;
    });
    await expect(reading).rejects.toMatchObject({ reason: "unreachable" });
    await expect.poll(() => found.connections()).toBe(0);
    expect(asked).toBe(0);
  });

  it("leaves no connection behind when a header of ours cannot be one", async () => {
    let asked = 0;
    const found = await host((socket) => socket.on("data", () => (asked += 1)));
    const headers = { "x-event": "one\r\nx-other: two" };
    await expect(found.fetch(found.url, { headers })).rejects.toMatchObject({ reason: "unreachable" });
    await expect.poll(() => found.connections()).toBe(0);
    expect(asked).toBe(0);
  });

  it("ends with its caller's reason while TLS is still being agreed upon", async () => {
    const ending = new AbortController();
    const found = await host((socket) => {
      socket.resume();
      ending.abort(new Error("lease lost"));
    }, "https");
    await expect(found.fetch(found.url, { signal: ending.signal })).rejects.toThrow("lease lost");
    await expect.poll(() => found.connections()).toBe(0);
  });

  it("is answered before its body was read", async () => {
    const found = await host((socket) => {
      socket.once("data", () => socket.pause().write("HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n"));
    });
    const posting = found.fetch(found.url, { method: "POST", body: new Uint8Array(20_000_000) });
    await expect(posting).rejects.toMatchObject({ reason: "status", status: 413 });
  });
});
