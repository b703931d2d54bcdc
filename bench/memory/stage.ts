import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testSecret, testToken } from "../../packages/core/src/testing/test-bff.ts";
import type { BffSettings } from "./bff-process.ts";
import { type Customer, createCustomer } from "./customer.ts";
import { type MeasuredProcess, startMeasured } from "./measured-process.ts";

/** Where everything is, and how large. */
export interface Stage {
  readonly databaseUrl: string;
  readonly vendorUrl: string;
  readonly sizes: Sizes;
  /** The BFF starts without the setting that the example starts with. Default false. */
  readonly nodeDefaults?: boolean;
}

/** In bytes, but for the number of pictures. */
export interface Sizes {
  readonly model: number;
  readonly picture: number;
  readonly pictures: number;
  /** An upload by a signed `PUT`. */
  readonly upload: number;
  /** An upload in a form. */
  readonly form: number;
}

/** What the vendor is asked for: how large its file is to be stands in the prompt. */
export const promptFor = (bytes: number) => `bytes:${bytes}`;
export const warmUpBytes = 40_000;

/** A fresh BFF that has made one small picture and one small model, and its only customer. */
export async function withBff<T>(
  { databaseUrl, vendorUrl, nodeDefaults = false }: Stage,
  folder: string,
  work: (bff: MeasuredProcess, customer: Customer) => Promise<T>,
): Promise<T> {
  const settings: BffSettings = { databaseUrl, vendorUrl, folder, secret: testSecret, nodeDefaults };
  const bff = await startMeasured("bff-process.ts", JSON.stringify(settings));
  try {
    const { address } = bff.ready as { address: string };
    const customer = createCustomer(address, await testToken(`bench-${folder}`));
    for (const operation of ["text-to-image", "text-to-model"]) {
      const [asset] = await customer.generate(operation, { prompt: promptFor(warmUpBytes) });
      await customer.read(asset?.asset_url ?? "");
    }
    return await work(bff, customer);
  } finally {
    await bff.stop();
  }
}

/** A folder for the time of a work. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "genbff-bench-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Holds what lies in the folder against what the vendor sent. */
export async function checkStored(folder: string, sent: readonly string[]): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const stored = new Set<string>();
  for (const entry of entries)
    if (entry.isFile()) stored.add(await digestOf(join(entry.parentPath, entry.name)));
  assert.deepEqual(
    sent.filter((sha256) => !stored.has(sha256)),
    [],
    "what the vendor sent is not what is stored",
  );
}

/** The SHA-256 of what the vendor has sent since it was last asked. */
export async function sentFiles({ vendorUrl }: Stage): Promise<string[]> {
  return (await (await fetch(`${vendorUrl}/sent`)).json()) as string[];
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest("hex");
}
