// `pnpm bench memory [--rounds 3] [--model-mb 200] [--picture-mb 16] [--pictures 10] [--soak 50]`: how far the BFF's
// process grows while large files pass through it, beside what else could be written, in the same run. Ends with 1 when
// it grows by more than the promised 64 MB. See README.md beside this file.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startPostgres } from "../packages/core/src/testing/embedded/postgres-server.ts";
import { median } from "./ledger/rounds.ts";
import {
  formUpload,
  manyPictures,
  modelThroughArrayBuffer,
  modelThroughBff,
  modelToVendor,
  picturesThroughAiSdk,
  picturesThroughBff,
  rangeDownload,
  type Scenario,
  signedUpload,
  slowDownload,
  wholeDownload,
} from "./memory/scenarios.ts";
import type { Sizes, Stage } from "./memory/stage.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    rounds: { type: "string", default: "3" },
    "model-mb": { type: "string", default: "200" },
    "picture-mb": { type: "string", default: "16" },
    pictures: { type: "string", default: "10" },
    soak: { type: "string", default: "50" },
    /** The name of one row. */
    only: { type: "string" },
  },
});
const mb = 1_000_000;
/** `reliability-spec.md` 8.3, for any body. */
const targetMb = 64;
const sizes: Sizes = {
  model: Number(values["model-mb"]) * mb,
  picture: Number(values["picture-mb"]) * mb,
  pictures: Number(values.pictures),
  upload: 150 * mb,
  form: 49 * mb,
};
const rounds = Number(values.rounds);
const pictures = `${sizes.pictures} pictures of ${sizes.picture / mb} MB in one answer`;
const model = `a model of ${sizes.model / mb} MB`;

/** What is measured, and whether the promise is ours. */
const rows = {
  model: { what: `${model}, bought, fetched and stored`, run: modelThroughBff, ours: true },
  modelDefaults: { what: "  with Node's defaults", run: withNodeDefaults(modelThroughBff) },
  modelOther: { what: "  beside: arrayBuffer and writeFile", run: modelThroughArrayBuffer },
  pictures: { what: `${pictures}, bought and stored`, run: picturesThroughBff, ours: true },
  picturesDefaults: { what: "  with Node's defaults", run: withNodeDefaults(picturesThroughBff) },
  picturesOther: { what: "  beside: generateImage of the AI SDK", run: picturesThroughAiSdk },
  download: { what: `${model}, downloaded`, run: wholeDownload, ours: true },
  slow: { what: "  by a slow line", run: slowDownload, ours: true },
  range: { what: "  the middle half of it", run: rangeDownload, ours: true },
  upload: { what: "a model of 150 MB, uploaded by a signed PUT", run: signedUpload, ours: true },
  toVendor: { what: "  and sent on to the vendor", run: modelToVendor, ours: true },
  form: { what: "a model of 49 MB, uploaded in a form", run: formUpload, ours: true },
} satisfies Record<string, { what: string; run: Scenario; ours?: boolean }>;

const names = (Object.keys(rows) as (keyof typeof rows)[]).filter((name) => (values.only ?? name) === name);
if (names.length === 0 || !(rounds >= 1)) throw new Error("There is nothing to measure.");

const server = await startPostgres();
const vendor = await startVendor();
const stage: Stage = { databaseUrl: server.url, vendorUrl: vendor.url, sizes };
let missed = false;
try {
  console.log(
    `${cpus()[0]?.model.trim()} × ${cpus().length}; Node ${process.version}; ${rounds} rounds; growth of resident memory above rest, in MB`,
  );
  const grown = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++)
    for (const name of names) grown.get(name)?.push((await rows[name].run(stage)) / mb);
  for (const name of names) report(rows[name], grown.get(name) ?? []);
  beside("a model", grown.get("modelOther"), grown.get("model"));
  beside("pictures", grown.get("picturesOther"), grown.get("pictures"));
  if (Number(values.soak) > 0) await soak(Number(values.soak));
} finally {
  vendor.process.kill();
  await server.stop();
}
process.exitCode = missed ? 1 : 0;

function withNodeDefaults(scenario: Scenario): Scenario {
  return (stage) => scenario({ ...stage, nodeDefaults: true });
}

function report(row: { readonly what: string; readonly ours?: boolean }, grown: readonly number[]): void {
  const worst = Math.max(...grown);
  const met = worst <= targetMb;
  const verdict = row.ours ? ` (at most ${targetMb}: ${met ? "met" : "MISSED"})` : "";
  if (row.ours && !met) missed = true;
  console.log(`${row.what}: median ${median(grown).toFixed(1)}, worst ${worst.toFixed(1)}${verdict}`);
}

function beside(what: string, others: readonly number[] = [], ours: readonly number[] = []): void {
  if (others.length === 0 || ours.length === 0) return;
  console.log(`${what}: the other way takes ${(median(others) / median(ours)).toFixed(1)} × as much`);
}

/** Reported, not judged: whether anything stays behind. */
async function soak(count: number): Promise<void> {
  const resting = await manyPictures(stage, count, 4 * mb);
  const told = resting.map((bytes) => (bytes / mb).toFixed(0)).join(" ");
  console.log(`${count} pictures of 4 MB one after the other, resting memory on the way: ${told}`);
}

async function startVendor(): Promise<{ readonly process: ChildProcess; readonly url: string }> {
  const program = fileURLToPath(new URL("./memory/vendor-process.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@genbff/source", program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { process: child, url: line.toString().trim() };
}
