import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { coreMigrations } from "../../database/migration-files.ts";
import { postgres } from "../../database/postgres.ts";
import { readReleases, releaseText } from "../releases/releases.ts";
import { schemaSnapshot } from "./schema-snapshot.ts";
import { tellStory } from "./story.ts";

/** A file that is generated from the migrations, and what belongs into it. */
export interface Snapshot {
  readonly path: string;
  readonly content: string;
}

/**
 * Makes the text of `sql/schema.snapshot.sql`, of each `sql/examples/*.sql.out` and of each `sql/releases/*.json`.
 *
 * @param serverUrl - A Postgres 18 whose user may create databases. Each file gets one of its own, dropped at the end.
 */
export async function makeSnapshots(serverUrl: string): Promise<Snapshot[]> {
  const sql = dirname(coreMigrations().path);
  const examples = join(sql, "examples");
  const stories = (await readdir(examples)).filter((name) => name.endsWith(".sql")).sort();
  const snapshots = [
    {
      path: join(sql, "schema.snapshot.sql"),
      content: await inNewDatabase(serverUrl, schemaSnapshot),
    },
  ];
  for (const name of stories) {
    const story = await readFile(join(examples, name), "utf8");
    const content = await inNewDatabase(serverUrl, (client) => tellStory(client, story));
    snapshots.push({ path: join(examples, `${name}.out`), content });
  }
  for (const release of await readReleases())
    snapshots.push({ path: release.path, content: releaseText(release) });
  return snapshots;
}

async function inNewDatabase(serverUrl: string, work: (client: Client) => Promise<string>): Promise<string> {
  const admin = new Client(serverUrl);
  await admin.connect();
  const name = `snapshot_${process.pid}`;
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const client = new Client(url.href);
  try {
    await admin.query(`create database ${name} template template0`);
    const database = postgres(url.href);
    await database.migrate?.([]);
    await database.close();
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
    await admin.query(`drop database if exists ${name}`);
    await admin.end();
  }
}
