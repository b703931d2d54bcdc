import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type DecodedString, readBase64Strings } from "./base64-stream.ts";
import type { ByteSource } from "./byte-source.ts";

const wanted = (path: readonly (string | number)[]) => path[0] === "data" && path[2] === "b64_json";
const garbled = (why: string) => new Error(`garbled: ${why}`);
const options = { wanted, restBytesMax: 10_000, garbled };

/** A body cut into pieces of the given size. */
function sourceOf(text: string, pieceBytes: number): ByteSource & { cancelled: number } {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  const source = {
    cancelled: 0,
    async next() {
      if (at >= bytes.length) return undefined;
      const piece = bytes.slice(at, at + pieceBytes);
      at += pieceBytes;
      return piece;
    },
    async cancel() {
      source.cancelled++;
    },
  };
  return source;
}

async function readAll(source: ByteSource) {
  const strings = readBase64Strings(source, options);
  const found: [string, string][] = [];
  try {
    let step = await strings.next();
    for (; !step.done; step = await strings.next()) {
      found.push([step.value.path.join("."), await new Response(step.value.stream).text()]);
    }
    return { found, rest: step.value };
  } finally {
    await strings.return(undefined);
  }
}

const b64 = (text: string) => Buffer.from(text).toString("base64");
const pictures = ["", "a", "ab", "abc", "a longer picture ÿ"];
const document = JSON.stringify({
  created: 1,
  'odd "b64_json" \\ key': { data: [{ b64_json: "not this" }] },
  data: pictures.map((picture) => ({
    revised_prompt: 'a "quoted" \\" {brace} [bracket], colon: é\u2028',
    b64_json: b64(picture),
  })),
  usage: { input_tokens: 3 },
});

describe("readBase64Strings", () => {
  it.each([1, 2, 3, 4, 5, 7, 64, 1000, 1e6])(
    "finds the same pictures in pieces of %i bytes",
    async (pieceBytes) => {
      const { found, rest } = await readAll(sourceOf(document, pieceBytes));
      expect(found).toEqual(pictures.map((picture, index) => [`data.${index}.b64_json`, picture]));
      const kept = JSON.parse(document);
      for (const item of kept.data) item.b64_json = "";
      expect(rest).toEqual(kept);
    },
  );

  it.each([1, 2, 3, 5, 1000])(
    "undoes escapes and skips line breaks in pieces of %i bytes",
    async (pieceBytes) => {
      const picture = "???>>>~~~ and more";
      const broken = b64(picture).replace(/^(...)/, "$1\n");
      const escaped = JSON.stringify(broken).slice(1, -1).replaceAll("/", "\\/").replaceAll("+", "\\u002B");
      expect(escaped).toMatch(/\\n.*\\\/.*\\u002B/);
      const { found } = await readAll(sourceOf(`{"data":[{"b64_json":"${escaped}"}]}`, pieceBytes));
      expect(found).toEqual([["data.0.b64_json", picture]]);
    },
  );

  it("takes keys that are written with escapes, spaces and any order", async () => {
    const text = `\n{ "data" : [ { "x" : [ 1, {} ] , "b64\\u005fjson" : "${b64("one")}" } , { "b64_json":"${b64("two")}"}]}\n`;
    expect((await readAll(sourceOf(text, 3))).found.map(([, picture]) => picture)).toEqual(["one", "two"]);
  });

  it.each([
    ["nothing", ""],
    ["a cut before the picture", '{"data":[{"b64_json":'],
    ["a cut within the picture", '{"data":[{"b64_json":"QUJD'],
    ["a cut within an escape", '{"data":[{"b64_json":"QUJD\\u00'],
    ["a bad escape", '{"data":[{"b64_json":"QUJD\\uzzzz"}]}'],
    ["a cut behind the picture", '{"data":[{"b64_json":"QUJD"}]'],
    ["something behind the end", '{"data":[{"b64_json":"QUJD"}]} {}'],
    ["brackets that do not fit", '{"data":[{"b64_json":"QUJD"]}}'],
    ["letters that are no base64", '{"data":[{"b64_json":"QU-D"}]}'],
    ["padding in the middle", '{"data":[{"b64_json":"QQ==QUJD"}]}'],
    ["too much padding", '{"data":[{"b64_json":"QUI=="}]}'],
    ["padding alone", '{"data":[{"b64_json":"===="}]}'],
    ["a picture that ends within a byte", '{"data":[{"b64_json":"QUJDR"}]}'],
    ["a picture without its padding", '{"data":[{"b64_json":"QUJDRA"}]}'],
    ["a bad key", '{"\\x":1}'],
    ["depth", "[".repeat(40)],
    ["more beside the pictures than allowed", `{"a":"${"x".repeat(11_000)}"}`],
    ["HTML", "<!doctype html>"],
  ])("refuses %s", async (_, text) => {
    for (const pieceBytes of [1, 4, 100_000]) {
      const source = sourceOf(text, pieceBytes);
      await expect(readAll(source)).rejects.toThrow(/^garbled: /);
      expect(source.cancelled).toBe(1);
    }
  });

  it("skips a picture that is cancelled, and goes on with the next", async () => {
    const text = JSON.stringify({ data: [{ b64_json: b64("x".repeat(500)) }, { b64_json: b64("two") }] });
    const strings = readBase64Strings(sourceOf(text, 16), options);
    const first = (await strings.next()).value as DecodedString;
    await first.stream.cancel();
    const second = (await strings.next()).value as DecodedString;
    expect(await new Response(second.stream).text()).toBe("two");
  });

  it("never passes a part off as the whole when the next is asked for too early", async () => {
    const text = JSON.stringify({ data: [{ b64_json: b64("x".repeat(500)) }, { b64_json: b64("two") }] });
    const strings = readBase64Strings(sourceOf(text, 16), options);
    const first = (await strings.next()).value as DecodedString;
    const reader = first.stream.getReader();
    await reader.read();
    await strings.next();
    await expect(reader.read()).rejects.toThrow("left unread");
  });

  it("closes the connection when the loop is left", async () => {
    const source = sourceOf(document, 16);
    for await (const { stream } of readBase64Strings(source, options)) {
      await stream.cancel();
      break;
    }
    expect(source.cancelled).toBe(1);
  });

  it("asks for no more of the body than is read, and keeps none of it", async () => {
    const size = 4_000_000;
    const picture = "QUJD".repeat(size / 3);
    let [taken, decoded, largestLead] = [0, 0, 0];
    const pieces = (function* () {
      yield '{"data":[';
      for (let index = 0; index < 10; index++) {
        yield `${index ? "," : ""}{"b64_json":"`;
        for (let at = 0; at < picture.length; at += 65_536) yield picture.slice(at, at + 65_536);
        yield '"}';
      }
      yield '],"usage":{}}';
    })();
    const source: ByteSource = {
      async next() {
        const { value } = pieces.next();
        taken += value?.length ?? 0;
        return value === undefined ? undefined : new TextEncoder().encode(value);
      },
      cancel: async () => undefined,
    };
    for await (const { stream } of readBase64Strings(source, options)) {
      const hash = createHash("sha256");
      for await (const bytes of stream) {
        largestLead = Math.max(largestLead, taken - ((decoded + bytes.length) * 4) / 3);
        decoded += bytes.length;
        hash.update(bytes);
      }
      expect(hash.digest("hex")).toBe(
        createHash("sha256")
          .update("ABC".repeat(size / 3))
          .digest("hex"),
      );
    }
    expect(decoded).toBeGreaterThan(39_000_000);
    // Of the forty megabytes, never more than one piece was ahead of what the consumer had in hand.
    expect(largestLead).toBeLessThan(70_000);
  });
});
