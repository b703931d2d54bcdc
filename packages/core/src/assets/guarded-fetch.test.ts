import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cert, key } from "./__fixtures__/tls.ts";
import { createGuardedFetch, type FetchFailure, type GuardedFetchSettings } from "./guarded-fetch.ts";
import { pinnedConnection } from "./guarded-fetch-connection.ts";

const logged: unknown[] = [];
const log = (fields: Record<string, unknown>) => void logged.push(fields);
const logger = { debug: log, info: log, warn: log, error: log };
const nobody = () => Promise.reject(new Error("nobody may be asked"));

const seen: IncomingMessage[] = [];
let server: Server;
let origin: string;
let port: number;
/** Where `/to` leads. */
let redirectTo = "";
/** Every client socket that this process makes, whatever its destination. */
let sockets = 0;
const countSocket = () => {
  sockets += 1;
};

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  port = (server.address() as AddressInfo).port;
  origin = `http://127.0.0.1:${port}`;
  subscribe("net.client.socket", countSocket);
});
afterAll(() => {
  unsubscribe("net.client.socket", countSocket);
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen.length = 0;
  logged.length = 0;
  sockets = 0;
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", origin);
  const encoded = (encoding: string, body: Uint8Array) =>
    response.writeHead(200, { "content-encoding": encoding }).end(body);
  const routes: Record<string, () => void> = {
    "/ok": () => response.writeHead(200, { "content-type": "image/png" }).end("hello"),
    "/large": () => response.writeHead(200).end(Buffer.alloc(5_000_000)),
    "/post": () => request.pipe(response.writeHead(202)),
    "/gzip": () => encoded("gzip", gzipSync("hello")),
    "/br": () => encoded("br", brotliCompressSync("hello")),
    "/bomb": () => encoded("gzip", gzipSync(Buffer.alloc(20_000_000))),
    "/twice": () => encoded("gzip, gzip", gzipSync(gzipSync("hello"))),
    "/unknown-encoding": () => encoded("zstd", Buffer.from("hello")),
    "/no-gzip": () => encoded("gzip", Buffer.from("this was never compressed")),
    "/cut-gzip": () => encoded("gzip", gzipSync(Buffer.alloc(1000)).subarray(0, 15)),
    "/big": () => response.writeHead(200, { "content-length": "1001" }).end(Buffer.alloc(1001)),
    "/big-chunked": () => {
      response.writeHead(200);
      for (let part = 0; part < 11; part += 1) response.write(Buffer.alloc(100));
      response.end();
    },
    "/cut": () => {
      response.writeHead(200, { "content-length": "100" }).write("half");
      setImmediate(() => response.socket?.destroy());
    },
    // HTTP/1.0's way: only the end of the connection ends the body.
    "/undelimited": () => response.socket?.end("HTTP/1.1 200 OK\r\n\r\nhello"),
    "/cut-undelimited": () => {
      response.socket?.write("HTTP/1.1 200 OK\r\n\r\nhalf");
      setImmediate(() => response.socket?.resetAndDestroy());
    },
    "/stall-undelimited": () => void response.socket?.write("HTTP/1.1 200 OK\r\n\r\nhalf"),
    "/silent": () => undefined,
    "/stall": () => void response.writeHead(200).write("half"),
    "/drip": () => {
      response.writeHead(200);
      const drip = setInterval(() => response.write("x"), 20);
      response.on("close", () => clearInterval(drip));
    },
    "/status": () => response.writeHead(Number(url.searchParams.get("is"))).end("no"),
    "/two-ways": () => response.writeHead(302, ["location", "/ok", "location", "/gzip"]).end(),
    "/nowhere": () => response.writeHead(302).end(),
    // Headers carry bytes: anything beyond ASCII goes as UTF-8.
    "/to": () => response.writeHead(307, { location: Buffer.from(redirectTo).toString("latin1") }).end(),
    "/hops": () => {
      const left = Number(url.searchParams.get("left"));
      response.writeHead(302, { location: left > 1 ? `/hops?left=${left - 1}` : "/ok" }).end();
    },
  };
  // What should never have got here is answered, so that a test says so at once.
  (routes[url.pathname] ?? (() => response.writeHead(404).end()))();
}

function make(settings: Partial<GuardedFetchSettings> = {}) {
  return createGuardedFetch({ trustedOrigins: [origin], resolve: nobody, logger, ...settings });
}
const textOf = (stream: ReadableStream<Uint8Array>) => new Response(stream).text();
const read = async (path: string, settings?: Partial<GuardedFetchSettings>, bytesMax = 1000) =>
  await textOf((await make(settings)(origin + path, { bytesMax })).stream);

describe("what it fetches", () => {
  it("streams a file from a trusted origin", async () => {
    const found = await make()(`${origin}/ok`);
    expect(found).toMatchObject({ status: 200, contentType: "image/png" });
    expect(await textOf(found.stream)).toBe("hello");
  });

  it("decodes one content encoding", async () => {
    expect(await read("/gzip")).toBe("hello");
    expect(await read("/br")).toBe("hello");
  });

  it("reads a body that ends with its connection", async () => {
    expect(await read("/undelimited")).toBe("hello");
  });

  it("waits for a reader who takes longer than a host may be silent", async () => {
    const { stream } = await make({ timeouts: { idleMs: 400 } })(`${origin}/large`);
    const reader = stream.getReader();
    await reader.read();
    // More is there than anybody holds for a reader.
    await new Promise((done) => setTimeout(done, 900));
    while (!(await reader.read()).done);
  });

  it("sends a body and headers", async () => {
    const options = { method: "POST", body: '{"a":1}', headers: { "webhook-id": "7" } } as const;
    const found = await make()(`${origin}/post`, options);
    expect([found.status, await textOf(found.stream)]).toEqual([202, '{"a":1}']);
    expect(seen[0]?.headers).toMatchObject({ "webhook-id": "7" });
  });

  it("follows three redirects and not four", async () => {
    expect(await read("/hops?left=3")).toBe("hello");
    await expect(read("/hops?left=4")).rejects.toMatchObject({ reason: "redirect", status: 302 });
  });

  it("drops headers when a redirect leads to another origin", async () => {
    const settings = {
      trustedOrigins: [origin, `http://media.example.com:${port}`],
      resolve: async () => ["127.0.0.1"],
    };
    const headers = { authorization: "Bearer canary" };
    for (const target of [`${origin}/ok`, `http://media.example.com:${port}/ok`]) {
      redirectTo = target;
      await textOf((await make(settings)(`${origin}/to`, { headers })).stream);
    }
    expect(seen.map((request) => request.headers.authorization)).toEqual([
      "Bearer canary",
      "Bearer canary",
      "Bearer canary",
      undefined,
    ]);
  });

  it("asks the resolver once, connects to what it said, and keeps the host's name", async () => {
    const answers = [["127.0.0.1"], ["127.0.0.2"]];
    const trustedOrigins = [`http://media.example.com:${port}`];
    const fetch = make({ trustedOrigins, resolve: async () => answers.shift() ?? [] });
    expect(await textOf((await fetch(`http://media.example.com:${port}/ok`)).stream)).toBe("hello");
    expect(answers).toHaveLength(1);
    expect(seen[0]?.headers.host).toBe(`media.example.com:${port}`);
  });

  it("asks for the certificate of the host, not of the address", async () => {
    const tls = createTlsServer({ cert, key }, (_request, response) => response.end("hello"));
    await new Promise<void>((done) => tls.listen(0, "127.0.0.1", done));
    const { port } = tls.address() as AddressInfo;
    const [right, wrong] = [`https://media.example.com:${port}`, `https://other.example.com:${port}`];
    const fetch = make({ trustedOrigins: [right, wrong], resolve: async () => ["127.0.0.1"], ca: cert });
    expect(await textOf((await fetch(right)).stream)).toBe("hello");
    await expect(fetch(wrong)).rejects.toMatchObject({ reason: "unreachable" });
    await expect(
      make({ trustedOrigins: [right], resolve: async () => ["127.0.0.1"] })(right),
    ).rejects.toMatchObject({
      reason: "unreachable",
    });
    tls.close();
  });

  it("opens a connection of its own for every fetch, and leaves none open", async () => {
    await read("/ok");
    await read("/ok");
    expect(sockets).toBe(2);
    await expect.poll(() => connections()).toBe(0);
  });
});

const connections = () => new Promise<number>((done) => server.getConnections((_, count) => done(count)));

describe("what it refuses", () => {
  interface Entry {
    readonly url: string;
    readonly why: string;
    readonly policy?: "strict";
    readonly resolves_to?: readonly string[];
  }
  const corpus: Entry[] = JSON.parse(
    readFileSync(new URL("__fixtures__/url-corpus.json", import.meta.url), "utf8"),
  );

  it.each(corpus.map((entry) => [entry.why, entry] as const))(
    "opens no connection: %s (%#)",
    async (_, entry) => {
      let asked = 0;
      const resolve = async () => {
        asked += 1;
        return entry.resolves_to ?? ["127.0.0.1"];
      };
      // Everything that is not the point of the entry is allowed, so that nothing else can save us.
      const lenient = entry.policy === "strict" ? {} : { allowHttp: true, ports: [port] };
      const fetch = make({ trustedOrigins: [], resolve, ...lenient });
      const url = entry.url.replace("{port}", String(port));
      await expect(fetch(url)).rejects.toMatchObject({ code: "asset_url_not_allowed", details: undefined });
      // A text that is refused is refused before its name is told to any resolver.
      expect([sockets, seen.length, asked]).toEqual([0, 0, entry.resolves_to ? 1 : 0]);

      // The same as the target of a redirect, unless it leads back to the origin that is trusted.
      redirectTo = url.replace(/\p{Cc}/gu, "");
      if (URL.parse(redirectTo, `${origin}/to`)?.origin === origin) return;
      const redirected = make({ resolve, ...lenient })(`${origin}/to`);
      await expect(redirected).rejects.toMatchObject({ code: "asset_url_not_allowed" });
      expect([sockets, seen.length]).toEqual([1, 1]);
    },
  );

  it("lets no redirect lead from https to http, even to a trusted origin", async () => {
    const tls = createTlsServer({ cert, key }, (_, response) =>
      response.writeHead(302, { location: `${origin}/ok` }).end(),
    );
    await new Promise<void>((done) => tls.listen(0, "127.0.0.1", done));
    const secure = `https://media.example.com:${(tls.address() as AddressInfo).port}`;
    const fetch = make({ trustedOrigins: [origin, secure], resolve: async () => ["127.0.0.1"], ca: cert });
    await expect(fetch(secure)).rejects.toMatchObject({ code: "asset_url_not_allowed" });
    expect(seen).toHaveLength(0);
    tls.close();
  });

  it("trusts exact origins only", async () => {
    const near = [`http://127.0.0.1:${port + 1}`, `https://127.0.0.1:${port}`, `http://localhost:${port}`];
    for (const url of near)
      await expect(make()(url)).rejects.toMatchObject({ code: "asset_url_not_allowed" });
    expect(sockets).toBe(0);
    for (const text of [`${origin}/path`, "127.0.0.1", "*", ""])
      expect(() => make({ trustedOrigins: [text] })).toThrow();
  });

  it("sends nothing when the open socket's peer is not the address that was checked", async () => {
    const connecting = pinnedConnection(new URL(origin), ["127.0.0.2"], { timeoutMs: 1000 });
    await expect(connecting).rejects.toMatchObject({ code: "asset_url_not_allowed" });
    expect(seen).toHaveLength(0);
    await expect.poll(() => connections()).toBe(0);
  });

  it("writes why into the log, and never the URL", async () => {
    await expect(make({ trustedOrigins: [] })("http://10.0.0.1/canary?secret=canary")).rejects.toThrow();
    expect(logged).toEqual([{ refused: "scheme" }]);
  });

  it("follows no redirect of a POST", async () => {
    await expect(make()(`${origin}/hops?left=1`, { method: "POST" })).rejects.toMatchObject({
      reason: "redirect",
    });
  });
});

describe("how it fails", () => {
  const short = { timeouts: { connectMs: 300, headersMs: 200, idleMs: 200, totalMs: 5000 } };

  it.each<[string, FetchFailure]>([
    ["/big", "too_large"],
    ["/big-chunked", "too_large"],
    ["/twice", "encoding"],
    ["/unknown-encoding", "encoding"],
    ["/no-gzip", "encoding"],
    ["/cut-gzip", "interrupted"],
    ["/cut", "interrupted"],
    ["/cut-undelimited", "interrupted"],
    ["/silent", "timeout"],
    ["/stall", "timeout"],
    ["/stall-undelimited", "timeout"],
    ["/nowhere", "redirect"],
    ["/two-ways", "redirect"],
  ])("%s is %s", async (path, reason) => {
    await expect(read(path, short)).rejects.toMatchObject({ code: "download_failed", reason });
    await expect.poll(() => connections()).toBe(0);
  });

  it("gives up a body that expands more than a hundredfold", async () => {
    await expect(read("/bomb", {}, 100_000_000)).rejects.toMatchObject({ reason: "expansion" });
  });

  it.each([403, 404, 410, 429, 500, 204, 206])(
    "tells the caller that the host answered %i",
    async (status) => {
      await expect(read(`/status?is=${status}`)).rejects.toMatchObject({ reason: "status", status });
    },
  );

  it("ends a body that never ends when the whole takes too long", async () => {
    await expect(read("/drip", { timeouts: { totalMs: 150 } })).rejects.toMatchObject({ reason: "timeout" });
  });

  it("calls a closed port unreachable and a nameless host unresolved", async () => {
    const closed = "http://127.0.0.1:1";
    await expect(make({ trustedOrigins: [closed] })(closed)).rejects.toMatchObject({ reason: "unreachable" });
    await expect(make()("https://gone.example.com/")).rejects.toMatchObject({ reason: "unresolved" });
    await expect(make({ resolve: async () => [] })("https://gone.example.com/")).rejects.toMatchObject({
      reason: "unresolved",
    });
    const never = () => new Promise<never>(() => undefined);
    await expect(make({ resolve: never, ...short })("https://slow.example.com/")).rejects.toMatchObject({
      reason: "timeout",
    });
  });

  it("rejects with the caller's reason when it is aborted, before and while the body is read", async () => {
    const [before, during] = [new AbortController(), new AbortController()];
    const waiting = make()(`${origin}/silent`, { signal: before.signal });
    before.abort("stop");
    await expect(waiting).rejects.toBe("stop");
    const { stream } = await make()(`${origin}/stall`, { signal: during.signal });
    const reading = textOf(stream);
    during.abort(new Error("lease lost"));
    await expect(reading).rejects.toThrow("lease lost");
    await expect.poll(() => connections()).toBe(0);
  });

  it("closes the connection when the reader leaves", async () => {
    const { stream } = await make()(`${origin}/stall`);
    await stream.cancel();
    await expect.poll(() => connections()).toBe(0);
  });
});
