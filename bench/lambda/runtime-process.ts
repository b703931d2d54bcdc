// What Lambda's runtime does before the first event: it imports the handler, and asks for what there is to do. Told to
// the one who started it, by the request itself: how long the import took, the making of the BFF included.
const [path = "", api = ""] = process.argv.slice(2);
const begun = performance.now();
const { handler } = (await import(path)) as { handler: unknown };
const importMs = performance.now() - begun;
if (typeof handler !== "function") throw new Error(`${path} exports no handler`);
await fetch(`http://${api}/2018-06-01/runtime/invocation/next`, {
  headers: { "x-import-ms": String(importMs) },
});
process.exit(0);
