import { isRecord } from "./json.ts";

/** Tells which texts of an answer are outputs: links to result files, or files in base64. */
export type IsOutput = (text: string) => boolean;

// The first signs, in base64, of PNG, JPEG, WebP, GIF, SVG, XML, GLB and FBX.
const fileInBase64 = /^(?:iVBORw0KGgo|\/9j\/|UklGR|R0lGOD|PHN2Zy|PD94bWw|Z2xURg|S2F5ZGFyYSBGQlg|OyBGQlg)/;
const dataUrl = /^data:[\w.+-]+\/[\w.+-]+;base64,/;

/** A file in base64, with or without the head of a data URL. */
export function inlineFile(text: string): { readonly head: string; readonly base64: string } | undefined {
  const head = dataUrl.exec(text)?.[0] ?? "";
  const base64 = text.slice(head.length);
  return fileInBase64.test(base64) ? { head, base64 } : undefined;
}

/** Finds outputs by where their links lead. */
export function createIsOutput(isMediaLink: (url: URL) => boolean): IsOutput {
  return (text) => {
    if (/^https?:\/\//.test(text) && URL.canParse(text)) return isMediaLink(new URL(text));
    return inlineFile(text) !== undefined;
  };
}

/** Counts the outputs in a JSON value. What a vendor repeats of the request's own input is none. */
export function countOutputs(value: unknown, isOutput: IsOutput): number {
  let count = 0;
  mapOutputs(value, isOutput, (text) => {
    count += 1;
    return text;
  });
  return count;
}

/** A copy in which each output is replaced; they are numbered in the order of the text, from 0. */
export function mapOutputs(
  value: unknown,
  isOutput: IsOutput,
  change: (text: string, index: number) => unknown,
): unknown {
  let index = 0;
  const visit = (item: unknown): unknown => {
    if (typeof item === "string") return isOutput(item) ? change(item, index++) : item;
    if (Array.isArray(item)) return item.map(visit);
    if (!isRecord(item)) return item;
    return Object.fromEntries(
      Object.entries(item).map(([key, inner]) => [key, key === "input" ? inner : visit(inner)]),
    );
  };
  return visit(value);
}

/** A copy in which each list of outputs is replaced. */
export function mapLists(
  value: unknown,
  isOutput: IsOutput,
  change: (list: readonly unknown[]) => unknown[],
): unknown {
  const holds = (item: unknown): boolean =>
    typeof item === "string"
      ? isOutput(item)
      : isRecord(item) && Object.entries(item).some(([key, inner]) => key !== "input" && holds(inner));
  const visit = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.some(holds) ? change(item) : item.map(visit);
    if (!isRecord(item)) return item;
    return Object.fromEntries(
      Object.entries(item).map(([key, inner]) => [key, key === "input" ? inner : visit(inner)]),
    );
  };
  return visit(value);
}
