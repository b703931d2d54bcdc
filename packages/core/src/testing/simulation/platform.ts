import { createHash, createHmac } from "node:crypto";
import type { Dice } from "../generations/scheduler.ts";

type Bytes = ArrayBuffer | ArrayBufferView;

/**
 * Takes chance out of the machine for the time of one simulation: random numbers and ids come from the dice, and
 * hashing happens at once instead of in a thread that ends when it likes. Returns the function that puts all back.
 */
export function tamePlatform(draw: Dice): () => void {
  const { subtle } = globalThis.crypto;
  const keys = new WeakMap<object, Buffer>();
  const hmac = (key: object, data: Bytes) =>
    createHmac("sha256", keys.get(key) as Buffer)
      .update(viewOf(data))
      .digest();
  return replaced([
    [Math, "random", () => draw.below(0x1_0000_0000) / 0x1_0000_0000],
    [globalThis.crypto, "randomUUID", () => uuidOf(draw)],
    [
      subtle,
      "digest",
      async (_algorithm: string, data: Bytes) =>
        new Uint8Array(createHash("sha256").update(viewOf(data)).digest()).buffer,
    ],
    [
      subtle,
      "importKey",
      async (_format: string, secret: Bytes) => {
        const key = {};
        keys.set(key, Buffer.from(viewOf(secret)));
        return key;
      },
    ],
    [
      subtle,
      "sign",
      async (_name: string, key: object, data: Bytes) => new Uint8Array(hmac(key, data)).buffer,
    ],
    [
      subtle,
      "verify",
      async (_name: string, key: object, signature: Bytes, data: Bytes) =>
        hmac(key, data).equals(viewOf(signature)),
    ],
  ]);
}

/** An id that the dice have thrown. */
export function uuidOf(draw: Dice): `${string}-${string}-${string}-${string}-${string}` {
  const hex = (digits: number) => Array.from({ length: digits }, () => draw.below(16).toString(16)).join("");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
}

function viewOf(data: Bytes): Uint8Array {
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

function replaced(changes: readonly (readonly [object, string, unknown])[]): () => void {
  const before = changes.map(
    ([target, name]) => [target, name, Object.getOwnPropertyDescriptor(target, name)] as const,
  );
  for (const [target, name, value] of changes)
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
  return () => {
    for (const [target, name, descriptor] of before)
      if (descriptor === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, descriptor);
  };
}
