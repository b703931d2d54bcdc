import { createHash } from "node:crypto";
import { openBook, recordOf } from "../database/migrate.ts";
import type { MigrationFile } from "../database/migration-files.ts";

/** What a file is called beside its timestamp: by this it is found again. */
export function labelOf({ folder, name }: MigrationFile): string {
  return `genbff_${folder === "core" ? "" : `${folder}_`}${name.replace(/\.sql$/, "")}`;
}

/**
 * A migration as one statement, which does nothing where `bff migrate` has been before, and writes down that it was done.
 *
 * One statement, because every tool has its own way to cut a file into statements, and because it is then whole or nothing
 * in a tool that opens no transaction.
 */
export function guarded(file: MigrationFile): string {
  const outer = tagFor("genbff", file.sql);
  const inner = tagFor("genbff_file", file.sql);
  const known = `folder = '${file.folder}' and number = ${file.number}`;
  return `do ${outer}
begin${openBook}
  if exists (select from genbff.migrations where ${known}) then
    if not exists (select from genbff.migrations where ${known} and checksum = '${file.checksum}') then
      raise exception 'Migration ${file.folder}/${file.name} was edited after it was applied; undo the edit and add a new file';
    end if;
    return;
  end if;
  execute ${inner}
${file.sql.trimEnd()}
${inner};
  ${recordOf(file)};
end ${outer};
`;
}

/** Calls of functions as one statement, which waits for whoever migrates. */
export function asOne(calls: readonly string[]): string {
  return `do $genbff$\nbegin${openBook}\n${calls.map((call) => `  perform ${call};\n`).join("")}end $genbff$;\n`;
}

function tagFor(word: string, text: string): string {
  let tag = `$${word}$`;
  for (let n = 2; text.includes(tag); n++) tag = `$${word}_${n}$`;
  return tag;
}

const seal = /^-- Written by `bff migrate --emit`[^\n]*\n-- sha256 of the rest: ([0-9a-f]{64})\n([\s\S]*)$/;

/** The text with a line before it by which an edit is noticed. */
export function sealed(text: string): string {
  return `-- Written by \`bff migrate --emit\`, and not to be edited: what is to be changed goes into a file of your own.
-- sha256 of the rest: ${sha256(text)}
${text}`;
}

/** Whether a file is as it was written; other line ends are no edit. */
export function isUnedited(text: string): boolean {
  const [, digest, rest = ""] = seal.exec(text.replaceAll("\r\n", "\n")) ?? [];
  return digest === sha256(rest);
}

/** Names a version of a text in few characters. */
export function shortDigest(text: string): string {
  return sha256(text).slice(0, 8);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
