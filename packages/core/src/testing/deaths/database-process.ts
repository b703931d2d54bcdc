// A process of its own around one database, to be killed: `database-process.ts <what it is to do, as JSON>`.
// Says `ready` when it is about to begin, and `done` when it has finished; one that lives says `ready` and waits.
import { pglite } from "../../database/pglite.ts";
import { postgres } from "../../database/postgres.ts";
import { liveToIntent } from "./embedded-life.ts";
import type { Work } from "./start-process.ts";

const work = JSON.parse(process.argv[2] ?? "") as Work;
const database = "url" in work ? postgres(work.url) : pglite(work.folder);
if ("live" in work) {
  await liveToIntent(database);
  process.stdout.write("ready\n");
  setInterval(() => undefined, 60_000); // until it is killed
} else {
  process.stdout.write("ready\n");
  if ("migrate" in work) await database.migrate?.(work.migrate);
  else await database.call(work.call, work.args);
  process.stdout.write("done\n");
  await database.close();
}
