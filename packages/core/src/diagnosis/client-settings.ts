import type { BffContext } from "../context.ts";
import { type Finding, ok, problem } from "../shared/finding.ts";

type Ports = Pick<BffContext, "database" | "views" | "clientFiles">;

/** Whether clients find in the database what this BFF was told that they find there. Nothing where it was told nothing. */
export async function inspectClientSettings(context: Ports): Promise<Finding[]> {
  const { database, views, clientFiles } = context;
  if (views.length === 0 && !clientFiles.rows) return [];
  const there = (await database.call("genbff_client_settings", {})) as {
    views: string[];
    client_rows: boolean;
  };
  const findings: Finding[] = [];
  const missing = views.filter((name) => !there.views.includes(name));
  if (missing.length > 0)
    findings.push(
      problem(
        `The database has no view ${missing.join(", ")} for clients; it has ${there.views.join(", ") || "none"}. Name all of them to \`bff migrate\` as they are configured, as \`--view ${missing[0]}=image,vector\`, or correct the configuration`,
      ),
    );
  if (clientFiles.rows && !there.client_rows)
    findings.push(
      problem(
        "inputs.allowClientRows is on, and users may not write rows into input_assets: run `bff migrate --client-rows on`, or switch it off",
      ),
    );
  return findings.length > 0 ? findings : [ok("Clients find the views and tables that are configured")];
}

/** @throws Error - says what clients would not find, and how that is mended. */
export async function assertClientSettings(context: Ports): Promise<void> {
  const found = await inspectClientSettings(context);
  const wrong = found.filter(({ status }) => status === "problem");
  if (wrong.length > 0) throw new Error(wrong.map(({ message }) => message).join("\n"));
}
