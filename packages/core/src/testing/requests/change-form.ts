import { Buffer } from "node:buffer";
import type { Dice } from "../generations/scheduler.ts";
import type { Change } from "./change-json.ts";
import type { Draft, DraftBody, DraftPart } from "./draft.ts";
import { oddName, oddText, oneOf } from "./odd-values.ts";

type FormBody = Extract<DraftBody, { kind: "form" }>;

const atForm =
  (change: (form: FormBody, dice: Dice, draft: Draft) => void): Change =>
  (draft, dice) => {
    if (draft.body?.kind !== "form") return false;
    change(draft.body, dice, draft);
    return true;
  };
const atPart = (change: (part: DraftPart, dice: Dice, form: FormBody) => void): Change =>
  atForm((form, dice) => {
    if (form.parts.length > 0) change(oneOf(dice, form.parts), dice, form);
  });
/** A header carries no line ends, which browsers escape. */
const inHead = (text: string) => text.replace(/["\r\n\0]/g, "%22");

/** What happens to the parts of a form and to what holds them together. */
export const formChanges: Readonly<Record<string, Change>> = {
  "a part twice": atPart((part, _dice, form) => void form.parts.push({ ...part })),
  "a part less": atForm((form, dice) => void form.parts.splice(dice.below(form.parts.length + 1), 1)),
  "a part more": atForm((form, dice) => {
    const file = oneOf(dice, ["", '; filename="a.png"', '; filename=""', "; filename*=UTF-8''a.png"]);
    const head = `Content-Disposition: form-data; name="${inHead(oddName(dice))}"${file}`;
    form.parts.push({ head, bytes: Buffer.from(oddText(dice)) });
  }),
  "parts in another order": atForm((form) => void form.parts.reverse()),
  "very many parts": atForm((form, dice) => {
    const head = 'Content-Disposition: form-data; name="a"';
    for (let at = oneOf(dice, [20, 300]); at > 0; at--) form.parts.push({ head, bytes: Buffer.from("x") });
  }),
  "an odd value in a part": atPart((part, dice) => {
    part.bytes = Buffer.from(oddText(dice));
  }),
  "a file cut short": atPart((part, dice) => {
    part.bytes = part.bytes.subarray(0, dice.below(part.bytes.byteLength + 1));
  }),
  "a file with another byte": atPart((part, dice) => {
    const bytes = Buffer.from(part.bytes);
    if (bytes.byteLength > 0) bytes[dice.below(bytes.byteLength)] = dice.below(256);
    part.bytes = bytes;
  }),
  "another file": atPart((part, dice) => {
    part.bytes = oneOf(dice, [
      Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
      Buffer.from("<!doctype html><script>alert(1)</script>"),
      Buffer.from("GIF89a"),
      Buffer.from("%PDF-1.7"),
      Buffer.from("PK\u0003\u0004"),
      Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
      Buffer.alloc(70_000, 0xff),
    ]);
  }),
  "another name": atPart((part, dice) => {
    part.head = part.head.replace(/name="[^"]*"/, `name="${inHead(oddName(dice))}"`);
  }),
  "a file's name": atPart((part, dice) => {
    const names = [
      "../../a.png",
      "a.svg",
      "",
      "a\0.png",
      "%0d%0a",
      "x".repeat(3000),
      "é.png",
      "con",
      'a\\".png',
    ];
    const filename = `; filename="${oneOf(dice, names)}"`;
    part.head = /filename=/.test(part.head)
      ? part.head.replace(/; filename="[^"]*"/, filename)
      : part.head.replace(/(name="[^"]*")/, `$1${filename}`);
  }),
  "a head of another shape": atPart((part, dice) => {
    part.head = oneOf(dice, [
      "",
      "Content-Disposition",
      "Content-Disposition: form-data",
      'Content-Disposition: attachment; name="prompt"',
      "Content-Disposition: form-data; name=prompt",
      'Content-Disposition: form-data; name="prompt',
      `${part.head}\r\nContent-Transfer-Encoding: base64`,
      `${part.head}\r\nContent-Disposition: form-data; name="n"`,
      `X: ${"x".repeat(20_000)}\r\n${part.head}`,
      part.head.replaceAll("\r\n", "\n"),
      `\r\n${part.head}`,
    ]);
  }),
  "another boundary in the header": atForm((_form, dice, { headers }) => {
    const type = "multipart/form-data";
    const boundaries = [
      "",
      "; boundary=",
      "; boundary=other",
      '; boundary="form-boundary"',
      `; boundary=${"b".repeat(71)}`,
    ];
    headers.set(
      "content-type",
      `${type}${oneOf(dice, [...boundaries, "; boundary=a b", "; BOUNDARY=form-boundary"])}`,
    );
  }),
  "a boundary that is in the file": atForm((form, dice, { headers }) => {
    form.boundary = oneOf(dice, ["-", "--", "P", "a", "name"]);
    headers.set("content-type", `multipart/form-data; boundary=${form.boundary}`);
  }),
  "another end": atForm((form, dice) => {
    form.end = oneOf(dice, ["", "--", "-", "\r\n", "--\r\nepilogue", "--\r\n--form-boundary\r\n", "x"]);
  }),
};
