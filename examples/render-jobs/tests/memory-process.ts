import { readFile } from "node:fs/promises";
import { render } from "../src/pipeline/run.ts";

// Renders one photo in a process of its own, and prints what that took at most, in MB over what the process has anyway.

const [photoPath = "", texturePath = ""] = process.argv.slice(2);
const texture = await readFile(texturePath);
const never = new AbortController().signal;
const input = { texture, mask: undefined, repeats: 24, seed: 42 };
// Everything is loaded and has run once.
await render({ ...input, photo: texture }, (_stage, work) => work(never));
const before = process.memoryUsage.rss();
let most = before;
const png = await render({ ...input, photo: await readFile(photoPath) }, async (_stage, work) => {
  // libvips works beside us: it is watched while it does.
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 5);
  const result = await work(never);
  clearInterval(watch);
  return result;
});
// The highest that the kernel has seen counts, where that was later than the beginning.
most = Math.max(most, process.resourceUsage().maxRSS * 1024);
console.log(JSON.stringify({ tookMb: (most - before) / 1e6, beforeMb: before / 1e6, pngBytes: png.length }));
