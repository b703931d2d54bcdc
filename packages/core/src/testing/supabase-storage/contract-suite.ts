import { describe, expect, it } from "vitest";
import { type ContractCall, storageContract } from "./contract.ts";

/** A project that the contract is held against. */
export interface ContractProject {
  readonly url: string;
  /** A private bucket without policies; the calls leave nothing in it. */
  readonly bucket: string;
  readonly serviceRoleKey: string;
  /** Without it, the calls of others are left out. */
  readonly anonKey?: string | undefined;
}

/** Makes every call of the contract, in order: later ones need what earlier ones were answered. */
export function storageContractSuite(name: string, project: () => Promise<ContractProject>): void {
  describe(`storage contract: ${name}`, () => {
    const kept: Record<string, string> = { folder: `contract-${crypto.randomUUID()}` };
    it.for(storageContract.map((call) => [call.says, call] as const))("%s", async ([, call], { skip }) => {
      const { url, bucket, serviceRoleKey, anonKey } = await project();
      kept.bucket = bucket;
      const keys = { service_role: serviceRoleKey, anon: anonKey, none: undefined, "not a key": "not-a-key" };
      const key = keys[call.key];
      if (call.key === "anon" && key === undefined) return skip("no anonymous key was given");
      const filled = fill(call, kept) as ContractCall;
      const { method, path, body, headers } = filled;
      const json = body !== undefined && typeof body !== "string";
      const response = await fetch(`${url}/storage/v1${path}`, {
        method,
        headers: {
          ...(key === undefined
            ? {}
            : { authorization: `Bearer ${key}`, apikey: call.key === "not a key" ? serviceRoleKey : key }),
          ...(json ? { "content-type": "application/json" } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : body }),
      });
      const text = await response.text();
      expect(response.status, text).toBe(call.status);
      for (const [name, beginning] of Object.entries(call.answerHeaders ?? {}))
        expect(response.headers.get(name)).toMatch(new RegExp(`^${beginning}`));
      if (typeof filled.answer === "string") return expect(text).toBe(filled.answer);
      if (filled.answer === undefined) return;
      const answer: unknown = JSON.parse(text);
      expect(answer).toMatchObject(filled.answer);
      for (const [name, place] of Object.entries(call.keep ?? {})) kept[name] = at(answer, place);
    });
  });
}

/** Puts kept values into every text, and matchers in place of patterns. */
function fill(value: unknown, kept: Readonly<Record<string, string>>): unknown {
  if (typeof value === "string") return value.replace(/\{(\w+)\}/g, (_, name) => kept[name] ?? `{${name}}`);
  if (value instanceof RegExp) return expect.stringMatching(value);
  if (Array.isArray(value)) return value.map((one) => fill(one, kept));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fill(inner, kept)]));
}

function at(answer: unknown, place: string): string {
  const found = place
    .split(".")
    .reduce<unknown>((value, step) => (value as Record<string, unknown>)?.[step], answer);
  if (typeof found !== "string") throw new Error(`The answer has no text at ${place}`);
  return found;
}
