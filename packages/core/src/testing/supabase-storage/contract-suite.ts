import { describe, expect, it } from "vitest";
import { type ContractCall, storageContract } from "./contract.ts";

/** A project that a contract is held against. */
export interface ContractProject {
  readonly url: string;
  readonly serviceRoleKey: string;
  /** Without it, the calls of others are left out. */
  readonly anonKey?: string | undefined;
}

/** Makes every call of the storage contract in a private bucket without policies, and leaves nothing in it. */
export function storageContractSuite(
  name: string,
  project: () => Promise<ContractProject & { readonly bucket: string }>,
): void {
  contractSuite(`storage contract: ${name}`, "/storage/v1", storageContract, project, async () => ({
    bucket: (await project()).bucket,
  }));
}

/**
 * Makes every call of a contract, in order: later ones need what earlier ones were answered.
 *
 * @param base - What stands before the paths of its calls.
 * @param given - Names for its calls, beside `folder`, which is new each time.
 */
export function contractSuite(
  name: string,
  base: string,
  calls: readonly ContractCall[],
  project: () => Promise<ContractProject>,
  given: () => Promise<Readonly<Record<string, string>>> = async () => ({}),
): void {
  describe(name, () => {
    const kept: Record<string, string> = { folder: `contract-${crypto.randomUUID()}` };
    it.for(calls.map((call) => [call.says, call] as const))("%s", async ([, call], { skip }) => {
      const { url, serviceRoleKey, anonKey } = await project();
      Object.assign(kept, await given());
      const keys = { service_role: serviceRoleKey, anon: anonKey, none: undefined, "not a key": "not-a-key" };
      const key = keys[call.key];
      if (call.key === "anon" && key === undefined) return skip("no anonymous key was given");
      const filled = fill(call, kept) as ContractCall;
      const { method, path, body, headers } = filled;
      const json = body !== undefined && typeof body !== "string";
      const response = await fetch(`${url}${base}${path}`, {
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
