import type { AppError, Peer } from "@genbff/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  functionUrl,
  type Gateway,
  httpApi,
  loadBalancer,
  multiValueLoadBalancer,
  restApi,
} from "../testing/gateways.ts";
import { clientAddress, sent } from "../testing/sent-request.ts";
import { contextOf, serve, serveStreaming } from "../testing/serve.ts";
import { awslambda } from "../testing/streaming-runtime.ts";
import { toLambda } from "../to-lambda.ts";
import { resultBytesMax } from "./to-result.ts";

// What a `Request` in a test cannot say, or our own BFF never answers: through every shape, with a BFF that only looks.

/** Answers as it is told, and keeps what it was asked. */
function lookingBff(answer: () => Response = () => new Response("fine")) {
  const asked: { request: Request; host: Peer; body: Buffer }[] = [];
  return {
    asked,
    settled: async () => undefined,
    async fetch(request: Request, host: Peer = {}) {
      asked.push({ request, host, body: Buffer.from(await request.arrayBuffer()) });
      return host.refusal ? refused(host.refusal) : answer();
    },
  };
}
const refused = ({ code, details }: AppError) => Response.json({ code, details }, { status: 413 });

const gateways = [restApi, httpApi, functionUrl, loadBalancer, multiValueLoadBalancer];
const eventOf = async (gateway: Gateway, request: Request, headers: [string, string][] = []) => {
  const seen = await sent(request);
  return gateway.toEvent({ ...seen, headers: [...seen.headers, ...headers] });
};
const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);

describe.each(gateways.map((gateway) => [gateway.name, gateway] as const))("through a %s", (_, gateway) => {
  it("bytes arrive as they were sent, in both directions", async () => {
    const bff = lookingBff(() => new Response(bytes, { headers: { "content-type": "image/png" } }));
    const host = serve(gateway, toLambda(bff));
    for (const type of ["application/octet-stream", "application/json", "text/plain"]) {
      const request = new Request("http://bff.test/a", {
        method: "PUT",
        body: bytes,
        headers: { "content-type": type },
      });
      const answer = await host.fetch(request);
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
      expect(bff.asked.at(-1)?.body.equals(Buffer.from(bytes)), type).toBe(true);
    }
  });

  it("texts that are none arrive too, and compressed ones stay compressed", async () => {
    const types = [
      { "content-type": "text/plain" },
      { "content-type": "text/plain", "content-encoding": "br" },
    ];
    for (const headers of types) {
      const host = serve(gateway, toLambda(lookingBff(() => new Response(bytes, { headers }))));
      const answer = await host.fetch(new Request("http://bff.test/a"));
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
    }
  });

  it("it is known who asks, and what is asked for", async () => {
    const bff = lookingBff();
    const url = "http://bff.test:8080/api/a%20b/%C3%A4?x=1&y=a%26b&z=%C3%A4";
    await serve(gateway, toLambda(bff)).fetch(
      new Request(url, { method: "DELETE", headers: { "x-a": "1" } }),
    );
    const [{ request, host } = { request: new Request("http://none"), host: {} }] = bff.asked;
    expect(host).toEqual({ remoteAddress: clientAddress, buffers: true });
    expect(request.method).toBe("DELETE");
    expect(request.url).toBe(url.replace("http:", "https:"));
    expect(request.headers.get("x-a")).toBe("1");
    expect(request.headers.get("x-forwarded-for")).toContain(clientAddress);
  });

  it("cookies go in as one header", async () => {
    const bff = lookingBff();
    await serve(gateway, toLambda(bff)).fetch(
      new Request("http://bff.test/a", { headers: { cookie: "a=1; b=2" } }),
    );
    expect(bff.asked[0]?.request.headers.get("cookie")).toBe("a=1; b=2");
  });

  it("cookies come out one by one, or the first where there is one place", async () => {
    const headers = new Headers([
      ["set-cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"],
      ["set-cookie", "b=2"],
    ]);
    const answer = await serve(gateway, toLambda(lookingBff(() => new Response("", { headers })))).fetch(
      new Request("http://bff.test/a"),
    );
    const all = headers.getSetCookie();
    expect(answer.headers.getSetCookie()).toEqual(gateway === loadBalancer ? all.slice(0, 1) : all);
  });

  it("a header that comes twice arrives twice, where the gateway tells it", async () => {
    const bff = lookingBff();
    const event = await eventOf(gateway, new Request("http://bff.test/a"), [
      ["x-b", "1"],
      ["x-b", "2"],
    ]);
    await toLambda(bff)(event, contextOf());
    expect(bff.asked[0]?.request.headers.get("x-b")).toMatch(gateway === loadBalancer ? /^2$/ : /^1, ?2$/);
  });

  it("an answer that is too large for it is refused, and cancelled", async () => {
    const cancelled = vi.fn();
    const endless = () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(1_000_000)),
          cancel: cancelled,
        }),
      );
    const bff = lookingBff(endless);
    const answer = await serve(gateway, toLambda(bff)).fetch(new Request("http://bff.test/a?b=c"));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: "payload_too_large", details: { of: "answer" } });
    expect(bff.asked.map(({ request }) => request.url)).toEqual([
      "https://bff.test/a?b=c",
      "https://bff.test/a?b=c",
    ]);
    expect(cancelled).toHaveBeenCalledOnce();
  });

  it("an answer that just fits is handed over, in quotes and in base64", async () => {
    const bytesMax = resultBytesMax(gateway.name.startsWith("load") ? "alb" : "rest");
    const text = '"'.repeat(Math.floor(bytesMax / 2) - 1);
    const fits = await serve(gateway, toLambda(lookingBff(() => new Response(text)))).fetch(
      new Request("http://bff.test/a"),
    );
    expect([fits.status, (await fits.text()).length]).toEqual([200, text.length]);
    const tooMany = await serve(gateway, toLambda(lookingBff(() => new Response(`${text}""`)))).fetch(
      new Request("http://bff.test/a"),
    );
    expect(tooMany.status).toBe(413);
    const headers = { "content-type": "image/png" };
    const picture = new Uint8Array(Math.floor((bytesMax - 4) / 4) * 3);
    const whole = await serve(gateway, toLambda(lookingBff(() => new Response(picture, { headers })))).fetch(
      new Request("http://bff.test/a"),
    );
    expect((await whole.arrayBuffer()).byteLength).toBe(picture.byteLength);
  });

  it.each(["CONNECT", "TRACE"])("%s is a method that nothing takes", async (method) => {
    const bff = lookingBff(() => new Response(null, { status: 405 }));
    const seen = await sent(new Request("http://bff.test/a"));
    expect(await toLambda(bff)(gateway.toEvent({ ...seen, method }), contextOf())).toMatchObject({
      statusCode: 405,
    });
  });

  it("a host that is none, and letters that are no bytes, break nothing", async () => {
    const bff = lookingBff();
    const seen = await sent(new Request("http://bff.test/a"));
    const headers: [string, string][] = [
      ["host", "bff.test/../x?"],
      ["x-name", "Bär 🐻"],
    ];
    await toLambda(bff)(gateway.toEvent({ ...seen, headers }), contextOf());
    expect(bff.asked[0]?.request.url).toBe("https://localhost/a");
    const name = bff.asked[0]?.request.headers.get("x-name") ?? "";
    expect(Buffer.from(name, "latin1").toString()).toBe("Bär 🐻");
  });
});

it("a body over Lambda's own limit is refused, with a word on how to send it", async () => {
  const bff = lookingBff();
  const event = {
    ...(await eventOf(restApi, new Request("http://bff.test/a", { method: "POST" }))),
    body: "A".repeat(6 * 1024 * 1024 + 1),
    isBase64Encoded: true,
  };
  const result = await toLambda(bff)(event, contextOf());
  expect(result.statusCode).toBe(413);
  expect(JSON.parse(result.body)).toMatchObject({
    code: "payload_too_large",
    details: { instead: expect.stringContaining("POST /uploads") },
  });
});

it("the path is the one that clients ask for: with a REST API's stage, and with what a mapping takes off", async () => {
  const bff = lookingBff();
  const event = (await eventOf(restApi, new Request("http://bff.test/api/tasks"))) as {
    requestContext: object;
  };
  const staged = { ...event, requestContext: { ...event.requestContext, path: "/prod/api/tasks" } };
  await toLambda(bff)(staged, contextOf());
  await toLambda(bff, { pathPrefix: "/v1" })(
    await eventOf(httpApi, new Request("http://bff.test/api/tasks")),
    contextOf(),
  );
  expect(bff.asked.map(({ request }) => new URL(request.url).pathname)).toEqual([
    "/prod/api/tasks",
    "/v1/api/tasks",
  ]);
});

it("a decoded path is written out again, and one that says what was sent is left alone", async () => {
  const bff = lookingBff();
  const event = (await eventOf(functionUrl, new Request("http://bff.test/"))) as object;
  for (const rawPath of ["/a?b#c", "/ä b", "/%zz/100%", "/%2F%3f", "/\ud800", "a"])
    await toLambda(bff)({ ...event, rawPath }, contextOf());
  expect(bff.asked.map(({ request }) => request.url.slice("https://bff.test".length))).toEqual([
    "/a%3Fb%23c",
    "/%C3%A4%20b",
    "/%25zz/100%25",
    "/%2F%3f",
    "/%EF%BF%BD",
    "/a",
  ]);
});

it.each([undefined, null, {}, { Records: [] }, { source: "aws.events" }, { requestContext: null }])(
  "an event that is no request says where it belongs: %j",
  async (event) => {
    await expect(toLambda(lookingBff())(event, contextOf())).rejects.toThrow("toSqsWorker");
  },
);

it("waits for what would be lost before it answers, and no longer than it may", async () => {
  const settled = vi.fn(async () => undefined);
  const bff = { ...lookingBff(), settled };
  const event = await eventOf(restApi, new Request("http://bff.test/a"));
  await toLambda(bff)(event, contextOf());
  expect(settled).toHaveBeenCalledOnce();
  const never = { ...lookingBff(), settled: () => new Promise<void>(() => undefined) };
  expect(await toLambda(never)(event, contextOf(1200))).toMatchObject({ statusCode: 200 });
});

describe("streamed", () => {
  afterEach(() => void vi.unstubAllGlobals());
  const open = (bff: ReturnType<typeof lookingBff>) => {
    vi.stubGlobal("awslambda", awslambda);
    return serveStreaming(functionUrl, toLambda(bff, { streaming: true }) as never);
  };

  it("an answer arrives while it is written, without what is about the connection", async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const headers = new Headers({
      "content-type": "text/event-stream",
      connection: "keep-alive",
      "transfer-encoding": "chunked",
    });
    headers.append("set-cookie", "a=1");
    headers.append("set-cookie", "b=2");
    const bff = lookingBff(() => new Response(readable, { headers }));
    const answer = await open(bff).fetch(new Request("http://bff.test/a"));
    expect(bff.asked[0]?.host.buffers).toBeUndefined();
    expect([...answer.headers.keys()]).toEqual(["content-type", "set-cookie", "set-cookie"]);
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const writer = writable.getWriter();
    for (const word of ["one", "two"]) {
      // Only after this is read the next is written.
      void writer.write(new TextEncoder().encode(word));
      expect(new TextDecoder().decode((await reader.read()).value)).toBe(word);
    }
    void writer.close();
    expect((await reader.read()).done).toBe(true);
  });

  it("a reader that goes away ends the body and the request", async () => {
    const cancelled = vi.fn();
    const bff = lookingBff(
      () =>
        new Response(
          new ReadableStream({
            pull: (controller) => controller.enqueue(new Uint8Array(1000)),
            cancel: cancelled,
          }),
        ),
    );
    const answer = await open(bff).fetch(new Request("http://bff.test/a"));
    await answer.body?.cancel();
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledOnce());
    expect(bff.asked[0]?.request.signal.aborted).toBe(true);
  });

  it("an answer without a body has a head", async () => {
    const answer = await open(
      lookingBff(() => new Response(null, { status: 204, headers: { etag: '"a"' } })),
    ).fetch(new Request("http://bff.test/a"));
    expect([answer.status, answer.headers.get("etag")]).toEqual([204, '"a"']);
  });

  it.each([undefined, {}])(
    "outside of Lambda the handler can be made, and says why it cannot run: %j",
    async (global) => {
      vi.stubGlobal("awslambda", global);
      const handler = toLambda(lookingBff(), { streaming: true });
      await expect(handler({}, contextOf())).rejects.toThrow("awslambda");
    },
  );
});
