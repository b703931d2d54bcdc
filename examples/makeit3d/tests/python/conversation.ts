import { readdirSync, readFileSync } from "node:fs";
import { expect, vi } from "vitest";
import type { PythonVersion } from "../../src/python/answers.ts";

/** A request of a client of the Python services, and what it is to be answered. */
export interface Exchange {
  readonly request: {
    readonly method: "GET" | "POST";
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: object;
  };
  /** A text between slashes is a pattern. */
  readonly answer: { readonly status: number; readonly body: object };
  /** Name → field of the answer: `{name}` stands for it from here on. */
  readonly keep?: Readonly<Record<string, string>>;
}

/** One file: requests in the order in which a client sends them. */
export interface Conversation {
  readonly name: string;
  readonly about: string;
  readonly version: PythonVersion;
  readonly exchanges: readonly Exchange[];
}

/** Sends one request as its client does. */
export type Send = (path: string, init: RequestInit) => Promise<Response>;

const folder = new URL("./", import.meta.url);

/** All that lie in this folder, by name. */
export const conversations: readonly Conversation[] = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .sort()
  .map((file) => ({
    name: file.replace(".json", ""),
    ...(JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Omit<Conversation, "name">),
  }));

/**
 * Sends every request, asks for a status until it has ended, and compares each answer with what the file says, field by
 * field.
 *
 * @param kept - Names that the file uses and does not keep itself.
 */
export async function replay(
  exchanges: readonly Exchange[],
  send: Send,
  kept: Readonly<Record<string, string>> = {},
): Promise<void> {
  const names = new Map(Object.entries(kept));
  const filled = <T>(value: T): T =>
    JSON.parse(
      JSON.stringify(value).replace(/\{(\w+)\}/g, (_, name: string) => names.get(name) ?? `{${name}}`),
    ) as T;
  for (const { request, answer, keep = {} } of exchanges) {
    const { path, method, headers = {}, body } = filled(request);
    const where = `${method} ${path} ${JSON.stringify(body)}`;
    const ask = async () => {
      const init = body === undefined ? {} : { body: JSON.stringify(body) };
      const json = body === undefined ? {} : { "content-type": "application/json" };
      const response = await send(path, { method, ...init, headers: { ...json, ...headers } });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const heard = method === "GET" ? await whenEnded(ask) : await ask();
    expect(heard, where).toEqual({ status: answer.status, body: toPatterns(filled(answer.body)) });
    for (const [name, field] of Object.entries(keep)) names.set(name, String(heard.body[field]));
  }
}

/** A client of those services polls. Until the end there is no file, in every word for it. */
function whenEnded<Heard extends { status: number; body: Record<string, unknown> }>(
  ask: () => Promise<Heard>,
): Promise<Heard> {
  return vi.waitUntil(
    async () => {
      const heard = await ask();
      if (heard.body.status !== "pending" && heard.body.status !== "processing") return heard;
      expect(heard.body).toMatchObject({ asset_url: null, result_url: null, result: null, error: null });
      return undefined;
    },
    { timeout: 30_000, interval: 100 },
  );
}

/** What is compared: patterns where the file has them. */
function toPatterns(value: unknown): unknown {
  if (typeof value === "string" && /^\/.+\/$/.test(value)) return new Pattern(value.slice(1, -1));
  if (Array.isArray(value)) return value.map(toPatterns);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toPatterns(inner)]));
}

/** Numbers and texts by how they are written. */
class Pattern {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
  asymmetricMatch(value: unknown): boolean {
    return new RegExp(this.source).test(String(value));
  }
  toAsymmetricMatcher(): string {
    return `/${this.source}/`;
  }
}
