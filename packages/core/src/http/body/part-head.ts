/** What the head of a form's part says. */
export interface PartHead {
  readonly name: string;
  /** Present where the part is a file; for people only. */
  readonly filename: string | undefined;
}

/** Reads the head of one part. Only `Content-Disposition` counts: the type that a client declares is never believed. */
export function parsePartHead(head: string): PartHead {
  const disposition = head.split("\r\n").find((line) => /^content-disposition\s*:/i.test(line)) ?? "";
  return { name: parameterOf(disposition, "name") ?? "", filename: parameterOf(disposition, "filename") };
}

function parameterOf(line: string, name: string): string | undefined {
  const [, quoted, plain] =
    new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, "i").exec(line) ?? [];
  if (quoted === undefined) return plain;
  // Browsers write these three characters of a name as percent escapes.
  return quoted.replace(/\\(.)/g, "$1").replace(/%(22|0D|0A)/gi, (escaped) => decodeURIComponent(escaped));
}
