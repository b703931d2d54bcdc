import type { JsonValue, OperationEntry, OperationList } from "@genbff/client-sdk";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openShop, type Shop } from "../tests/shop.ts";
import { changed, choiceOf, emptyDraft, type Source } from "./src/composer/draft.ts";
import { type Field, formOf } from "./src/composer/form.ts";
import { fieldsOf, missing } from "./src/composer/request.ts";
import { wishesOffered } from "./src/composer/wishes.ts";

// The page's forms, made from the real catalogue of all vendors, and asked of the real server.

let shop: Shop;
let catalogue: OperationList;
let photo: Source;
let mask: Source;
let model: Source;
beforeAll(async () => {
  shop = await openShop();
  catalogue = (await shop.ask("ada", "/operations")).json as OperationList;
  photo = await bring("#a04030");
  mask = await bring("#ffffff");
  const made = await shop.make("ada", "text-to-model", { prompt: "a lamp" });
  const id = made.assets[0]?.asset_id ?? "";
  model = { state: "ready", id, url: "", kind: "model", name: "", note: "" };
});
afterAll(() => shop.close());

async function bring(background: string): Promise<Source> {
  const bytes = await sharp({ create: { width: 768, height: 768, channels: 3, background } })
    .png()
    .toBuffer();
  const form = new FormData();
  form.set("file", new File([new Uint8Array(bytes)], "photo.png"));
  const upload = (await shop.ask("ada", "/uploads", form)).json;
  return { state: "ready", id: upload.asset_url, url: "", kind: "image", name: "", note: "" };
}

describe("what the page offers", () => {
  it("is what it can ask for and show: no second file beside a mask, no words, no drawings of curves", () => {
    const offered = wishesOffered(catalogue.operations).map(({ operation }) => operation);
    const rest = catalogue.operations
      .map(({ operation }) => operation)
      .filter((name) => !offered.includes(name));
    expect(rest.sort()).toEqual(["convert-model", "plan-prompts", "style-transfer", "vectorize"]);
    expect(offered).toContain("search-and-recolor");
  });

  it("takes an operation of a team's own by the same rule", () => {
    const own = (required: string[], output: OperationEntry["output"]): OperationEntry => ({
      operation: "poster",
      title: "A poster",
      output,
      input: {
        type: "object",
        properties: { words: { type: "string" }, layers: { type: "array" } },
        required,
      },
      provider_optional: true,
      providers: [],
    });
    expect(wishesOffered([own(["words"], "image")])).toHaveLength(1);
    expect(wishesOffered([own(["layers"], "image")])).toHaveLength(0);
    expect(wishesOffered([own(["words"], "json")])).toHaveLength(0);
  });

  it("has for each a form whose answers the server takes, by every vendor", async () => {
    const refused: string[] = [];
    let asked = 0;
    for (const { operation, input } of wishesOffered(catalogue.operations)) {
      const entry = catalogue.operations.find((item) => item.operation === operation);
      for (const { provider } of entry?.providers ?? []) {
        const source = input === undefined ? null : input === "draft" ? model : photo;
        // The style and the number may have been chosen for another wish.
        const chosen = { style: "gouache", count: 10, prompt: "a lamp" };
        const draft = { ...emptyDraft, ...chosen, operation, provider, source, mask, sides: [photo] };
        const choice = choiceOf(catalogue, draft);
        if (choice === null) throw new Error(`${operation} is not to be had`);
        const form = formOf(choice.entry, choice.provider);
        const more = Object.fromEntries(form.needed.map((field) => [field.name, answerTo(field)]));
        const filled = { ...draft, more };
        expect(missing({ ...filled, source: null, prompt: "" }, form), operation).not.toBeNull();
        expect(missing(filled, form), operation).toBeNull();
        if (form.mask) expect(missing({ ...filled, mask: null }, form), operation).toBe("mask");
        const body = { operation, ...fieldsOf(filled, choice, form) };
        const quote = await shop.ask("ada", "/quotes", body);
        asked += 1;
        if (quote.status !== 200) refused.push(`${operation} by ${provider}: ${quote.text}`);
      }
    }
    expect(refused).toEqual([]);
    expect(asked).toBeGreaterThan(20);
  });
});

describe("what belongs to a picture", () => {
  const draft = { ...emptyDraft, operation: "image-to-model" };

  it("goes with it, and stays where anything else changes", () => {
    const marked = { ...draft, source: photo, mask, sides: [photo] };
    expect(changed(marked, { prompt: "a lamp", operation: "erase" })).toMatchObject({ mask, sides: [photo] });
    for (const source of [null, model]) {
      const other = changed(marked, { source });
      expect(other).toMatchObject({ source, mask: null, marks: [], sides: [] });
    }
  });

  it("is asked for in order: front, left, back, right, and not before all of them are there", () => {
    const sides = [mask, photo];
    const choice = choiceOf(catalogue, { ...draft, source: photo });
    if (choice === null) throw new Error("it is not to be had");
    const form = formOf(choice.entry, choice.provider);
    expect(form.file).toMatchObject({ many: true, max: 4 });
    const ids = [photo, ...sides].map((side) => (side.state === "ready" ? side.id : ""));
    expect(fieldsOf({ ...draft, source: photo, sides }, choice, form).input_image_asset_urls).toEqual(ids);
    const uploading: Source = { state: "uploading", name: "right.png", percent: 4 };
    expect(missing({ ...draft, source: photo, sides: [...sides, uploading] }, form)).toBe("sides");
  });
});

function answerTo(field: Field): JsonValue {
  return field.kind === "choice" ? (field.options[0]?.value ?? "") : field.kind === "number" ? 1 : "the cup";
}
