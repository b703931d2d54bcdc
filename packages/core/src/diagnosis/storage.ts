import type { BffContext } from "../context.ts";
import { isAppError } from "../errors/app-error.ts";
import { type Finding, ok, problem, warning } from "../shared/finding.ts";
import { storageNeeds } from "./storage-needs.ts";

/** A white dot: what every bucket for pictures takes. */
const png = Uint8Array.from(
  atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="),
  (character) => character.charCodeAt(0),
);

type Ports = Pick<BffContext, "storage" | "clientFiles" | "catalogue">;

/** Rejects where the storage, or a bucket that users write, cannot be used. */
export async function storageReady({ storage, clientFiles }: Omit<Ports, "catalogue">): Promise<void> {
  await Promise.all([storage, ...clientFiles.buckets].map((place) => place.ready()));
}

/** Says to the log, at the start, where storage takes less than may be put into it. */
export async function warnOfLimits(context: Ports & Pick<BffContext, "logger">): Promise<void> {
  const found = (await context.storage.inspect?.(storageNeeds(context.catalogue))) ?? [];
  for (const { message } of found) context.logger.warn({}, message);
}

/** Whether a file can be written, read and removed again. Leaves nothing. */
export async function inspectStorage(context: Ports): Promise<Finding[]> {
  const { storage } = context;
  try {
    await storageReady(context);
  } catch (error) {
    const otherwise = "Where that says no more: correct its address or folder, or let this machine reach it";
    return [problem(`Storage cannot be used: ${reasonOf(error)}. ${otherwise}`)];
  }
  const key = `tmp/doctor-${crypto.randomUUID()}.png`;
  try {
    await storage.put(key, new Blob([png]).stream(), { contentType: "image/png" });
  } catch (error) {
    return [problem(`No file can be written. ${reasonOf(error)}`)];
  }
  const findings: Finding[] = [...((await storage.inspect?.(storageNeeds(context.catalogue))) ?? [])];
  try {
    const stored = await storage.open(key);
    const bytes = stored === null ? 0 : (await new Response(stored.stream).bytes()).byteLength;
    if (bytes !== png.byteLength)
      findings.push(
        problem(
          `A file of ${png.byteLength} bytes was written, and ${bytes} were read: something between here and there changes files or answers from a cache`,
        ),
      );
  } catch (error) {
    findings.push(problem(`A file was written, and cannot be read. ${reasonOf(error)}`));
  }
  try {
    await storage.remove([key]);
  } catch (error) {
    findings.push(warning(`The file ${key} could not be removed again: do it by hand. ${reasonOf(error)}`));
  }
  return findings.length > 0 ? findings : [ok("A file was written, read and removed again")];
}

function reasonOf(error: unknown): string {
  const said = isAppError(error) && error.cause instanceof Error ? error.cause : error;
  return said instanceof Error ? said.message : String(said);
}
