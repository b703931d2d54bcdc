/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Of the fence, from 1. */
  readonly line: number;
  /** The path in its first line's comment, e.g. `// server.ts`: blocks of one page import each other by it. */
  readonly file: string | undefined;
}

/** Every fenced block of a Markdown page, in order. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open: { language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of page.split("\n").entries()) {
    const fence = /^\s*```(\S*)\s*$/.exec(line);
    if (!fence) open?.lines.push(line);
    else if (!open) open = { language: fence[1] ?? "", line: index + 1, lines: [] };
    else {
      const { language, lines } = open;
      const file = /^(?:\/\/|--) ([\w./[\]-]+\.(?:ts|sql))$/.exec(lines[0] ?? "")?.[1];
      blocks.push({ language, text: `${lines.join("\n")}\n`, line: open.line, file });
      open = undefined;
    }
  }
  if (open) throw new Error(`The block of line ${open.line} is never closed`);
  return blocks;
}
