import sharp from "sharp";
import type { Simulator } from "../simulator.ts";

/** Talks to a simulator as a customer of the vendors does. For tests. */
export interface Buyer {
  post(
    path: string,
    body: unknown,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  form(
    path: string,
    entries: readonly (readonly [string, string | Uint8Array])[],
    headers?: Record<string, string>,
  ): Promise<Response>;
}

/** A buyer with a key. */
export function createBuyer({ url }: Pick<Simulator, "url">, key = "sk-test"): Buyer {
  const authorization = `Bearer ${key}`;
  return {
    post: (path, body, headers = {}, signal = undefined) =>
      fetch(url + path, {
        method: "POST",
        headers: { authorization, "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...(signal ? { signal } : {}),
      }),
    get: (path, headers = {}) => fetch(url + path, { headers: { authorization, ...headers } }),
    form(path, entries, headers = {}) {
      const form = new FormData();
      for (const [name, value] of entries) {
        if (typeof value === "string") form.append(name, value);
        else form.append(name, new Blob([new Uint8Array(value)], { type: "image/png" }), `${name}.png`);
      }
      return fetch(url + path, { method: "POST", headers: { authorization, ...headers }, body: form });
    },
  };
}

/** What an answer's JSON may hold; tests look where they expect something. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is what the tests are there to check.
export type Json = any;

/** A photo-like test picture: a bright ball on a gradient. */
export async function photo(
  width = 400,
  height = 300,
  format: "png" | "jpeg" | "webp" = "png",
): Promise<Buffer> {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="g"><stop stop-color="#24406b"/>` +
    `<stop offset="1" stop-color="#c9873c"/></linearGradient></defs><rect width="${width}" height="${height}" fill="url(#g)"/>` +
    `<circle cx="${width / 2}" cy="${height / 2}" r="${height / 4}" fill="#f4efe2"/></svg>`;
  return sharp(Buffer.from(svg)).toFormat(format).toBuffer();
}

/** Waits until a Tripo task is in one of its last states; returns the task. */
export async function finished(buyer: Buyer, taskId: string): Promise<Json> {
  for (;;) {
    const { data } = (await (await buyer.get(`/tripo/v3/tasks/${taskId}`)).json()) as Json;
    if (data.status === "success" || data.status === "failed") return data;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Pixels of a picture file, four bytes each. */
export async function pixelsOf(bytes: Uint8Array): Promise<{ data: Buffer; width: number; height: number }> {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** The pixel at a place given in shares of width and height: red, green, blue, alpha. */
export async function pixelAt(bytes: Uint8Array, x: number, y: number): Promise<readonly number[]> {
  const { data, width, height } = await pixelsOf(bytes);
  const at = (Math.floor(y * (height - 1)) * width + Math.floor(x * (width - 1))) * 4;
  return [...data.subarray(at, at + 4)];
}

/** A black mask with a white rectangle, whose sides are given in pixels. */
export async function maskWith(
  size: readonly [number, number],
  [left, top, width, height]: readonly [number, number, number, number],
): Promise<Buffer> {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size[0]}" height="${size[1]}" shape-rendering="crispEdges">` +
    `<rect width="100%" height="100%"/><rect x="${left}" y="${top}" width="${width}" height="${height}" fill="#fff"/></svg>`;
  return sharp(Buffer.from(svg)).removeAlpha().png().toBuffer();
}
