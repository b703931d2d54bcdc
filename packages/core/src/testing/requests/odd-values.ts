import type { Dice } from "../generations/scheduler.ts";
import { type Tree, Verbatim } from "./draft.ts";

/** One of several. */
export function oneOf<Value>(dice: Dice, values: readonly Value[]): Value {
  return values[dice.below(values.length)] as Value;
}

const nested = (depth: number, open: string, close: string) =>
  new Verbatim(open.repeat(depth) + close.repeat(depth));

/** Values that code forgets to think of. */
const oddTrees: readonly Tree[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  100,
  101,
  1.5,
  1e-300,
  1e300,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
  ...["1e400", "-1e400", "-0", "-0.0", "1E-400", "0e0", "123456789012345678901234567890"].map(
    (text) => new Verbatim(text),
  ),
  ...[
    "01",
    "+1",
    ".5",
    "1.",
    "NaN",
    "Infinity",
    "undefined",
    "0x10",
    "'a'",
    '"\\x"',
    '"\\u12"',
    '"\u0001"',
  ].map((text) => new Verbatim(text)),
  ...['"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\\u0007"', '"\\ud83d"'].map(
    (text) => new Verbatim(text),
  ),
  "",
  " ",
  "\u3000\u00a0",
  "0",
  "1",
  "-1",
  "1e3",
  "true",
  "null",
  "NaN",
  "\ufeff",
  "\ufffd",
  "\u202ecat",
  "\u0085",
  "\u2028",
  "é",
  "e\u0301".repeat(200),
  "😀".repeat(300),
  "x".repeat(4000),
  "x".repeat(4001),
  "x".repeat(70_000),
  "../../etc/passwd",
  "..%2f..%2f",
  "a/b",
  "a\\b",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "%00",
  "%",
  "'; drop table genbff.tasks; --",
  "$1",
  "{{7*7}}",
  "#{7*7}",
  "<script>alert(1)</script>",
  "00000000-0000-4000-8000-000000000000",
  "00000000-0000-0000-0000-000000000000",
  "1970-01-01T00:00:00Z",
  "data:image/png;base64,AAAA",
  "file:///etc/passwd",
  "http://127.0.0.1:1/a.png",
  "https://[::ffff:127.0.0.1]/a.png",
  "https://169.254.169.254/latest/meta-data",
  "https://nobody.example.com/a.png",
  "/api/files/images/somebody/0.png",
  "/api/files/../secret",
  [],
  {},
  [null],
  [[]],
  ["a", "a"],
  { "": "" },
  { a: { b: { c: [] } } },
  { toJSON: 1, length: 7 },
  new Verbatim('{"__proto__":{"n":2}}'),
  new Verbatim('{"constructor":{"prototype":{"n":2}}}'),
  new Verbatim('{"a":1,"a":2}'),
  nested(20, "[", "]"),
  nested(40, "[", "]"),
  nested(40, '{"a":', "}"),
  nested(50_000, "[", "]"),
  Array.from({ length: 500 }, (_, index) => index),
  Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`k${index}`, index])),
];

/** Names that a request does not have, or that are not its to say. */
const oddNames: readonly string[] = [
  "price",
  "cost",
  "credits",
  "user_id",
  "wallet_id",
  "status",
  "job",
  "provider_job",
  "api_key",
  "model",
  "webhook_url",
  "task_id",
  "provider",
  "quote_id",
  "prompt",
  "n",
  "input_image_asset_url",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "",
  " ",
  "\u0000",
  "~1/~0",
  "a".repeat(5000),
  "é",
];

/** A value that nobody expects. A copy, since the next change may be made in it, even by putting the same one there. */
export function oddTree(dice: Dice): Tree {
  const tree = oneOf(dice, oddTrees);
  return tree instanceof Verbatim ? tree : structuredClone(tree);
}
/** A field's name that nobody expects. */
export const oddName = (dice: Dice): string => oneOf(dice, oddNames);
/** The same among texts, for places that hold nothing else. */
export const oddText = (dice: Dice): string => oneOf(dice, oddTexts);

const oddTexts = oddTrees.filter((tree): tree is string => typeof tree === "string");
