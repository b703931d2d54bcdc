// What Lambda's runtime does before the first event: it imports the handler, and asks for what there is to do. Told to
// the one who started it, by the request itself: how long the import took, the making of the BFF included, and what it used of a processor.
const [path = "", api = ""] = process.argv.slice(2);
const begun = performance.now();
const usedBefore = process.cpuUsage();
const { handler } = (await import(path)) as { handler: unknown };
const importMs = performance.now() - begun;
const { user, system } = process.cpuUsage(usedBefore);
if (typeof handler !== "function") throw new Error(`${path} exports no handler`);
await fetch(`http://${api}/2018-06-01/runtime/invocation/next`, {
  headers: { "x-import-ms": String(importMs), "x-processor-ms": String((user + system) / 1000) },
});
process.exit(0);
