import { type Mutant, tests } from "../mutant.ts";

const hosts = tests("core", "packages/core/src/http/handle-request.test.ts");
const cors = tests("core", "packages/core/src/http/cors.test.ts");
const stopping = tests("core", "packages/core/src/http/stopping.test.ts");
const slow = tests("adapter-express", "packages/adapter-express/src/slow-requests.test.ts");
const python = tests("makeit3d", "examples/makeit3d/tests/python.test.ts");
const layer = "examples/makeit3d/src/python";

/** What stands around the BFF: other origins, hosts, slow lines, the end of a process. */
export const hostsAndStops: readonly Mutant[] = [
  {
    name: "the body of an answer that nobody waits for is kept open",
    why: "7: no listener, timer or connection is held for a client that is gone",
    file: "packages/adapter-express/src/send-stream.ts",
    find: "if (outgoing.destroyed) left();",
    replace: "if (outgoing.destroyed) drained();",
    test: tests(
      "adapter-express",
      "packages/adapter-express/src/leaving.test.ts",
    )("leaves before the answer"),
  },
  {
    name: "any origin is reflected",
    why: "CORS is strict: exact origins, nothing reflected that was not configured",
    file: "packages/core/src/http/cors.ts",
    find: "if (origin === null || !origins.has(origin)) return {};",
    replace: "if (origin === null) return {};",
    test: hosts("about CORS"),
  },
  {
    name: "the origin null is allowed",
    why: "CORS is strict: a sandboxed frame of anybody has this origin",
    file: "packages/core/src/http/cors.ts",
    find: "!origins.has(origin)) return {};",
    replace: '!(origins.has(origin) || origin === "null")) return {};',
    test: hosts("about CORS"),
  },
  {
    name: "a wildcard starts",
    why: "a list that matches nobody, or everybody, must not start",
    file: "packages/core/src/http/cors.ts",
    find: ' || origin.includes("*"))',
    replace: ")",
    test: cors("refuses to start"),
  },
  {
    name: "a cache may give one page's answer to another",
    why: "every answer varies by Origin",
    file: "packages/core/src/http/respond.ts",
    find: 'headers.append("vary", "Origin");',
    replace: "",
    test: hosts("about CORS"),
  },
  {
    name: "a process that stops takes requests",
    why: "issue 5, 12: graceful stop takes no new work",
    file: "packages/core/src/http/handle-request.ts",
    find: "if (context.closing.aborted) throw",
    replace: "if (false) throw",
    test: stopping("turns new requests away"),
  },
  {
    name: "a process that stops drops what it is answering",
    why: "issue 5, 12: what was asked before the stop is answered",
    file: "packages/core/src/create-bff.ts",
    find: "underWay.answered(graceMs),",
    replace: "",
    test: stopping("answers what it was asked before"),
  },
  {
    name: "a signed upload may drip for ever",
    why: "reliability 7: a slow request body is 408 or closed",
    file: "packages/core/src/http/routes/files.ts",
    find: "request: inTime(request, context.limits.fileTimeoutMs)",
    replace: "request",
    test: slow("a signed upload that drips"),
  },
  {
    name: "the old words' layer reads the body of whoever is not let in",
    why: "a layer before the BFF reads no body that the BFF would not read",
    file: `${layer}/renamed-body.ts`,
    find: "{ highWaterMark: 0 }",
    replace: "{ highWaterMark: 1 }",
    test: python("comes before the body is read"),
  },
  {
    name: "the old words' layer makes another request of a repeat",
    why: "7: Idempotency-Key: a replay is the original answer",
    file: `${layer}/python-names.ts`,
    find: 'headers.has("idempotency-key") ? undefined : randomUUID()',
    replace: 'headers.has("x-none") ? undefined : randomUUID()',
    test: python("a repeat with a key"),
  },
  {
    name: "a client of the Python service's first version waits for ever",
    why: "issue 8: the words that clients depend on",
    file: `${layer}/answers.ts`,
    find: '? "completed" : state',
    replace: "? state : state",
    test: python("v1-drafts"),
  },
  {
    name: "the render server takes the beginning of its own paths away",
    why: "issue 8: POST /render/jobs",
    file: "examples/render-jobs/src/main.ts",
    find: 'app.all("/render/*path", toExpress(render));',
    replace: 'app.use("/render", toExpress(render));',
    test: tests("render-jobs", "examples/render-jobs/tests/kill.test.ts")(),
  },
];
