import { type BadInputCase, generate, good, unknownId } from "./case.ts";

/** A generate request whose body is otherwise good. */
const field = (name: string, fields: object, pointer?: string): BadInputCase => ({
  name,
  request: { method: "POST", path: generate, json: { ...good, ...fields } },
  status: 400,
  code: "validation_failed",
  ...(pointer === undefined ? {} : { pointer }),
});
const withKey = (name: string, key: string): BadInputCase => ({
  name,
  request: { method: "POST", path: generate, json: good, headers: { "idempotency-key": key } },
  status: 400,
  code: "invalid_idempotency_key",
});

/** Objects that do not hold what they must. */
export const fieldCases: readonly BadInputCase[] = [
  field("an unknown field", { colour: "red" }, "/colour"),
  field("a price", { price: 0 }, "/price"),
  field("a cost", { credits: 0 }, "/credits"),
  field("a user_id", { user_id: "bob" }, "/user_id"),
  field("a status", { status: "complete" }, "/status"),
  field("a provider job", { job: "123" }, "/job"),
  field("no task_id", { task_id: undefined }, "/task_id"),
  field("a task_id with a slash", { task_id: "a/b" }, "/task_id"),
  field("a task_id that is a number", { task_id: 7 }, "/task_id"),
  field("no prompt", { prompt: undefined }, "/prompt"),
  field("a prompt of white space", { prompt: " \n\t " }, "/prompt"),
  field("a prompt that is too long", { prompt: "x".repeat(4001) }, "/prompt"),
  field("a prompt with U+0000", { prompt: "a\u0000b" }, "/prompt"),
  field("a prompt with a bell", { prompt: "a\u0007b" }, "/prompt"),
  field("a prompt with a lone surrogate", { prompt: "a\ud800b" }, "/prompt"),
  field("a prompt that is a list", { prompt: ["a"] }, "/prompt"),
  field("a number as a text", { n: "2" }, "/n"),
  field("a fraction", { n: 1.5 }, "/n"),
  field("too many", { n: 5 }, "/n"),
  field("none", { n: 0 }, "/n"),
  field("a huge number", { n: 1e300 }, "/n"),
  field("null for a number", { n: null }, "/n"),
  field("a choice that is not offered", { quality: "ultra" }, "/quality"),
  field("an unknown style", { style: "cubism" }, "/style"),
  field("an unknown provider", { provider: "nobody" }, "/provider"),
  field("a provider that is a number", { provider: 1 }, "/provider"),
  field("a provider named like a method", { provider: "toString" }, "/provider"),
  field("a quote_id that is no uuid", { quote_id: "cheap" }, "/quote_id"),
  { ...field("a quote that was never made", { quote_id: unknownId }), status: 409, code: "quote_expired" },
  withKey("an empty idempotency key", ""),
  withKey("an idempotency key of 256 characters", "k".repeat(256)),
  withKey("an idempotency key that is not ASCII", "\u00e9t\u00e9"),
  withKey("two idempotency keys", "one, two"),
];
