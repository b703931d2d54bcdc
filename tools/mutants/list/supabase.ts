import { type Mutant, tests } from "../mutant.ts";

const failure = tests("core", "packages/core/src/supabase/database-failure.test.ts");
const driver = tests("core", "packages/core/src/supabase/database.test.ts");
const crashes = tests("core", "packages/core/src/supabase/database-crashes.test.ts");
const byDriver = tests("core", "packages/core/src/generations/driver-crashes.test.ts");
const storage = tests("core", "packages/core/src/supabase/storage.test.ts");
const bucket = tests("core", "packages/core/src/s3/store.test.ts");
const from = "packages/core/src/supabase/database.ts";
const judging = "packages/core/src/supabase/database-failure.ts";

/** The way to the database through Supabase's API. */
export const throughSupabase: readonly Mutant[] = [
  {
    name: "an answer that got lost before Supabase's client is not asked for again",
    why: "R4: connection loss is retried with the same key",
    file: judging,
    find: 'cause: Object.assign(new Error(message), { code: "08006" }),',
    replace: "cause: new Error(message),",
    test: crashes("books once"),
  },
  {
    name: "what a gateway says in the place of an answer ends the call",
    why: "R4: connection loss is retried with the same key",
    file: judging,
    find: "if (status >= 500) return lost(",
    replace: "if (status >= 5000) return lost(",
    test: byDriver("C2: start is made again where, after the commit, the gateway says 504"),
  },
  {
    name: "an empty 404 of a proxy is the null of a function",
    why: "R4: an unknown outcome is resolved, not taken for an answer",
    file: judging,
    find: "if (answer.error === null && status === 204) return withoutContent(functionName);",
    replace: "if (answer.error === null && status === 204) return undefined;",
    test: driver("knows nothing of us"),
  },
  {
    name: "an error 500 whose body is null is a success",
    why: "R4: an unknown outcome is resolved, not taken for an answer",
    file: judging,
    find: "if (answer.error === null && status === 200) return undefined;",
    replace: "if (answer.error === null && status !== 204) return undefined;",
    test: failure("with the JSON null"),
  },
  {
    name: "a refusal with the status 403 is taken for a wrong key",
    why: "9.7: refusals are mapped to typed errors, never matched by message text",
    file: judging,
    find: "if (isSqlState(code) && code !== notAllowed) return sqlError(error, code);",
    replace: "if (isSqlState(code) && code !== notAllowed && status !== 403) return sqlError(error, code);",
    test: failure("the refusal that its SQLSTATE says"),
  },
  {
    name: "the text of a foreign answer is in the error",
    why: "keys never enter an error or a log",
    file: judging,
    find: "networkReason(error)",
    replace: "error.message",
    test: failure("nothing that was in it"),
  },
  {
    name: "a call through Supabase may last for ever",
    why: "9.7: no call lasts for ever",
    file: from,
    find: ".abortSignal(AbortSignal.timeout(callTimeoutMs));",
    replace: ".abortSignal(new AbortController().signal);",
    test: driver("never answers"),
  },
  {
    name: "a server starts before a schema that is older than it",
    why: "10: forward-only migrations, checksummed",
    file: from,
    find: "if (first === undefined) return;",
    replace: "if (first !== undefined) return;",
    test: driver("is older than the library"),
  },
  {
    name: "the schema that a client prefers is called",
    why: "the port: calls go to public",
    file: from,
    find: 'client.schema("public")',
    replace: "(client as unknown as { rest: ReturnType<typeof client.schema> }).rest",
    test: driver("whatever schema"),
  },
  {
    name: "not a number is sent as null",
    why: "the port: null is SQL's null, and nothing else is",
    file: from,
    find: 'if (typeof value === "number" && !Number.isFinite(value)) return [name, String(value)];',
    replace: "",
    test: driver("what JSON does not know"),
  },
  {
    name: "a missing bucket is taken for a missing object",
    why: "S14: what cannot be looked up is not said to be missing",
    file: "packages/core/src/supabase/storage-failure.ts",
    find: 'if (code !== undefined) return code === "NoSuchKey";',
    replace: 'if (code !== undefined) return statusCode === "404";',
    test: storage("names a missing bucket"),
  },
  {
    name: "an object that was replaced while it was opened is read as the one that was described",
    why: "S14: size and bytes are of one object",
    file: "packages/core/src/supabase/storage-read.ts",
    find: "if (seen !== bytes)",
    replace: "if (seen < 0)",
    test: storage("has other bytes than were said"),
  },
  {
    name: "an aborted write to S3 ends as if it were whole",
    why: "S14: an object is visible only when it is whole",
    file: "packages/core/src/storage/guarded-body.ts",
    find: "controller?.error(reason);",
    replace: "controller?.close();",
    test: bucket("leaves nothing when it is aborted"),
  },
  {
    name: "an upload may have more bytes than were declared",
    why: "8.4: what a signed upload cannot enforce is checked on completion",
    file: "packages/core/src/assets/uploads.ts",
    find: "Math.min(inputBytesMax[input.type], input.bytes)",
    replace: "inputBytesMax[input.type]",
    test: tests("core", "packages/core/src/assets/uploads.test.ts")("a byte more"),
  },
];
