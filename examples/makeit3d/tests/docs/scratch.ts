import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Block } from "../../../../tools/docs/blocks.ts";
import { contributing, type Page, root } from "./pages.ts";

/** Below the example, so that `@genbff/*` and express resolve as they do for a reader; git ignores it. */
const scratch = fileURLToPath(new URL("../../.cache/docs/", import.meta.url));

/** What the pages call yours: a session, a file, something that shows. */
const globals = `
import type { Client } from "@genbff/client-sdk";
import type { PlayedDeno } from "../../../../tests/hosts/deno.ts";
import type { App } from "../../src/bff.ts";
declare global {
  var Deno: PlayedDeno;
  var EdgeRuntime: { waitUntil(work: Promise<unknown>): void };
  var session: { token: string };
  var file: Blob;
  var api: Client<App["~app"]>;
  var request: { task_id: string; prompt: string };
  var render: (...values: unknown[]) => void;
  var show: (...values: unknown[]) => void;
  var showProgress: (progress: { sentBytes: number; totalBytes: number }) => void;
  var offerCredits: (required: number | undefined) => void;
}
`;

/** The server of pages that say "your bff" without showing one: the example's own. */
const stage = `
import { createMakeit3d } from "../../../src/bff.ts";
import { readConfig } from "../../../src/config.ts";
const silent = () => undefined;
export const bff = createMakeit3d(
  readConfig({ DATABASE_URL: process.env.DATABASE_URL, AUTH_JWT_SECRET: process.env.AUTH_JWT_SECRET, DATA_DIR: "data" }),
  { links: process.env.LINK_SECRET ?? "", tokens: "" },
  { debug: silent, info: silent, warn: silent, error: silent },
  process.env.SIMULATOR_URL,
);
export type App = typeof bff;
`;

/** The client of blocks that go on from an earlier one. */
const client = `
import { createClient } from "@genbff/client-sdk";
import type { App } from "../../src/bff.ts";
export const api = createClient<App>({ baseUrl: "/api", getAccessToken: () => session.token });
`;
export const clientFile = join(scratch, "client.ts");

const tsconfig = {
  extends: "../../../../tsconfig.base.json",
  compilerOptions: { lib: ["es2024", "dom", "dom.iterable"], types: ["node"] },
  include: ["**/*.ts"],
};

/** Where a page's blocks lie. */
export const folderOf = (page: Page): string =>
  join(scratch, page.path.replace(/\.md$/, "").replaceAll("/", "-"));

/** The file of a block that is TypeScript or named SQL. */
export const fileOf = (page: Page, block: Block): string =>
  join(folderOf(page), block.file ?? `line-${block.line}.ts`);

/** Writes every block that is a file, as a reader would. */
export async function writeBlocks(pages: readonly Page[]): Promise<void> {
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  await writeFile(join(scratch, "globals.d.ts"), globals);
  await writeFile(clientFile, client);
  await writeFile(join(scratch, "tsconfig.json"), JSON.stringify(tsconfig));
  for (const page of pages) {
    const files = page.blocks.filter(({ language, file }) => language === "ts" || file !== undefined);
    if (files.length === 0) continue;
    await mkdir(folderOf(page), { recursive: true });
    if (!files.some(({ file }) => file === "bff.ts")) await writeFile(join(folderOf(page), "bff.ts"), stage);
    for (const block of files) {
      await mkdir(dirname(fileOf(page, block)), { recursive: true });
      // The last line makes a module of a block without imports, so that top-level await is allowed.
      const text = block.language === "ts" ? `${insideProviders(page, block.text)}export {};\n` : block.text;
      await writeFile(fileOf(page, block), text);
    }
  }
}

/** The files of a contributed vendor lie among the providers: here they are compiled as if they did. */
function insideProviders(page: Page, text: string): string {
  if (page.path !== contributing) return text;
  const source = join(root, "packages/providers/src");
  return text.replaceAll(/"\.\.\/(shared|conformance)\//g, `"${source}/$1/`);
}

/** What the compiler says of all blocks together; empty where it says nothing. */
export async function compile(): Promise<string> {
  const tsc = join(root, "node_modules/typescript-native/bin/tsc");
  try {
    await promisify(execFile)(process.execPath, [tsc, "-p", scratch]);
    return "";
  } catch (error) {
    return String((error as { stdout?: string }).stdout || error);
  }
}
