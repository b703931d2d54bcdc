import { type Mutant, sql, tests } from "../mutant.ts";

const handedOn = tests("core", "packages/core/src/generations/temporary-urls.test.ts");
const atTheStart = tests("core", "packages/core/src/storage/temporary-urls.test.ts");

/** Outputs that are handed on and not kept. */
export const temporary: readonly Mutant[] = [
  sql("function genbff.delivered_assets(", {
    name: "a URL is told after its end",
    why: "5.3: vendors' URLs are handed on with their end",
    find: "when a.expires_at > genbff.now() then",
    replace: "when true then",
    test: handedOn("is told no more when its time is over"),
  }),
  sql("function public.genbff_expired_files(", {
    name: "a file goes while something works on it",
    why: "5.3: an input may be read until its generation has ended",
    find: "where g.status in ('pending', 'processing')",
    replace: "where false",
    test: handedOn("stays for as long as something works on it"),
  }),
  sql("function public.genbff_renew_asset(", {
    name: "a fresh URL is told and not kept",
    why: "the next answer tells the same URL",
    find: "storage_key is null",
    replace: "false",
    test: handedOn("is made anew for whoever asks later"),
  }),
  {
    name: "what nobody can have any more is charged",
    why: "a result that nobody can obtain is an orphan and never charged",
    file: "packages/core/src/generations/steps/settle.ts",
    find: "context.storage.temporary === undefined ? order : stillThere(context, order)",
    replace: "order",
    test: handedOn("that lasts longer than the URL costs nothing"),
  },
  {
    name: "a URL tells what a public key hides",
    why: "5.3: refused at start when provider secrecy is on",
    file: "packages/core/src/storage/handed-on.ts",
    find: "if (!key.toLowerCase().includes(vendor.toLowerCase()))",
    replace: 'if (key === "")',
    test: atTheStart("a key that hides its vendor is refused"),
  },
];
