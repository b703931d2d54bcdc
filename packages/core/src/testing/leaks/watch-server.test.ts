import { once } from "node:events";
import { createServer, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startProgram } from "../start-program.ts";
import { searchPages } from "./search-pages.ts";
import { vendorCanary } from "./vendor-canary.ts";
import { secretsIn, watchServer } from "./watch-server.ts";
import { endWatched, newLeaks } from "./watched.ts";

// Whatever is found here is taken with `newLeaks`, as the set-up would do after the test, and fail it.

const key = "sk-of-a-vendor-83ab";
/** A program of one line that says this and stays. */
const program = (line: string, env: Record<string, string> = { OPENAI_API_KEY: key }) =>
  startProgram([process.execPath, "--eval", `${line}; setInterval(() => {}, 1000)`], { env });

describe("a process", () => {
  it.each([
    ["on its standard output", "console.log('asking with ' + process.env.OPENAI_API_KEY + '.')"],
    ["on its error output", "console.error('refused: ' + process.env.OPENAI_API_KEY + '.')"],
    [
      "in two pieces",
      "const key = process.env.OPENAI_API_KEY; process.stdout.write(key.slice(0, 9)); setTimeout(() => console.log(key.slice(9) + '.'), 50)",
    ],
  ])("that says a vendor's key %s is found while it runs", async (_, line) => {
    const { says } = program(line);
    await says(/\.\n/);
    expect(newLeaks()).toEqual([expect.stringMatching(`a line of .* says ${key}`)]);
    expect(newLeaks()).toEqual([]);
  });

  it("that is killed in the middle of such a line is found at its end", async () => {
    const { says, signal, ended } = program("process.stdout.write(process.env.OPENAI_API_KEY)");
    await says(/83ab/);
    signal("SIGKILL");
    expect(await ended).toBe("SIGKILL");
    expect(newLeaks()).toHaveLength(1);
  });

  it("that says what looks like a secret is found without knowing it", async () => {
    const { says } = program("console.log('at postgres://bff:hunter2@db.test/app.')", {});
    await says(/\.\n/);
    expect(newLeaks()).toEqual([expect.stringContaining("hunter2")]);
  });

  it("that goes on after its file is ended then", async () => {
    const { ended } = program("process.stdout.write(process.env.OPENAI_API_KEY)");
    await endWatched();
    expect(await ended).toBe("SIGKILL");
  });

  it("that ends before it has said something tells what it has said instead", async () => {
    const { says } = startProgram([process.execPath, "--eval", "console.error('no port'); process.exit(3)"]);
    await expect(says(/listening/)).rejects.toThrow(/ended with 3 before it said .*listening.*\n.*no port/s);
  });
});

describe("an environment's secrets", () => {
  it("are what is named so", () => {
    const environment = {
      OPENAI_API_KEY: "sk-local",
      BFF_WEBHOOK_SECRETS: "whsec_one,whsec_two",
      SUPABASE_ANON_KEY: "for everybody",
      AWS_ACCESS_KEY_ID: "in every link",
      PORT: "8787",
    };
    expect(secretsIn(environment)).toEqual(["sk-local", "whsec_one", "whsec_two"]);
  });
});

describe("a server that is watched", () => {
  let url: string;
  let answer: (response: ServerResponse) => void;
  const server = createServer((_, response) => answer(response));
  const json = (body: object, headers: Record<string, string> = {}) => {
    answer = (response) =>
      void response
        .writeHead(200, { "content-type": "application/json", ...headers })
        .end(JSON.stringify(body));
  };
  const event = (data: string) => `data: ${data}\n\n`;
  const stream = (write: (response: ServerResponse) => void) => {
    answer = (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      write(response);
    };
  };
  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    watchServer("a test's", { secrets: [key] }).at(url);
  });

  it.each<[string, string, () => void]>([
    ["a vendor's URL", "tripo", () => json({ asset_url: "https://cdn.tripo3d.example/a.glb" })],
    ["a header", vendorCanary, () => json({}, { "x-served-by": vendorCanary })],
    ["a key", key, () => json({ debug: key })],
    ["an event", "seedream", () => stream((response) => response.end(event("at Seedream")))],
    [
      "where it leads",
      "openai",
      () => {
        answer = (response) => {
          json({});
          response.writeHead(302, { location: `${url}/openai/files/1` }).end();
        };
      },
    ],
  ])("fails the test with %s in an answer", async (_, word, say) => {
    say();
    await fetch(`${url.replace("127.0.0.1", "localhost")}/api/a`)
      .then((response) => response.text())
      .catch((error: Error) => expect(error.message).toContain("got out"));
    expect(newLeaks()).toEqual([expect.stringMatching(new RegExp(`GET /api/a.* says ${word}`, "i"))]);
  });

  it("fails the test with an event in a stream that breaks", async () => {
    stream((response) => {
      response.write(event(`{"job":"${vendorCanary}"}`));
      setTimeout(() => response.destroy(), 20);
    });
    const response = await fetch(`${url}/events`);
    await expect(response.text()).rejects.toThrow("got out");
    expect(newLeaks()).toHaveLength(1);
  });

  it("answers as it did where nothing is wrong", async () => {
    json({ status: "complete" }, { etag: '"1"' });
    const response = await fetch(`${url}/api/a`);
    expect([response.url, response.redirected, response.headers.get("etag")]).toEqual([
      `${url}/api/a`,
      false,
      '"1"',
    ]);
    expect(await response.json()).toEqual({ status: "complete" });
  });

  it("tells developers what it may tell nobody else, where it is said to, and only there", async () => {
    watchServer("a test's", { secrets: [key], toDevelopers: "/dev/simulator" }).at(url);
    json({ url: "https://openai.example" });
    expect(await (await fetch(`${url}/dev/simulator/traffic`)).json()).toBeTruthy();
    expect(newLeaks()).toEqual([]);
    await fetch(`${url}/dev/simulators`)
      .then((response) => response.text())
      .catch((error: Error) => expect(error.message).toContain("got out"));
    expect(newLeaks()).toHaveLength(1);
  });

  it("is none where nobody watches: a vendor may say its name", async () => {
    const vendor = createServer((_, response) => response.end("openai")).listen(0, "127.0.0.1");
    await once(vendor, "listening");
    const answer = await fetch(`http://127.0.0.1:${(vendor.address() as AddressInfo).port}`);
    expect(await answer.text()).toBe("openai");
    vendor.closeAllConnections();
    vendor.close();
  });

  describe("before a browser", () => {
    let pages: Awaited<ReturnType<typeof searchPages>>;
    beforeAll(async () => {
      pages = await searchPages();
    });
    afterAll(() => pages.close());

    /** As a browser asks its proxy. */
    const read = async (path: string) => {
      const { hostname: host, port } = new URL(pages.proxy.server);
      const asked = request({ host, port, path: url + path, headers: { "accept-encoding": "br" } }).end();
      const [answer] = await once(asked, "response");
      return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
    };

    it("answers as it did where nothing is wrong", async () => {
      json({ status: "complete" }, { etag: '"1"', "set-cookie": "a=1" });
      expect(await read("/")).toMatchObject({
        status: 200,
        headers: { etag: '"1"', "set-cookie": ["a=1"] },
        body: '{"status":"complete"}',
      });
    });

    it("fails the test with a leak that only the page has read, and breaks its line", async () => {
      stream((response) => response.end(event("at Seedream")));
      await expect(read("/api/tasks/t/events")).rejects.toThrow();
      expect(newLeaks()).toEqual([expect.stringContaining("GET /api/tasks/t/events says Seedream")]);
    });
  });
});

describe("the set-up", () => {
  const reached: string[] = [];
  it.fails("fails a test in which a leak was found, although the test has not asked", () => {
    watchServer("a test's", { secrets: [key] }).logs.look("a line", key);
    reached.push("the end of the test");
  });

  it("and that test itself has found nothing wrong", () => {
    expect(reached).toEqual(["the end of the test"]);
  });
});
