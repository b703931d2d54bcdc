import { parseArgs } from "node:util";
import { migrate, pendingMigrations } from "../database/migrate.ts";
import { coreMigrations, type MigrationFile, readMigrations } from "../database/migration-files.ts";
import type { MigrationFolder } from "../database/port.ts";
import { readSettings, settingCalls } from "./client-settings.ts";
import { type Command, type CommandHost, UsageError } from "./command.ts";
import { emitMigrations } from "./emit-migrations.ts";
import { asOne } from "./emitted-file.ts";

const usage = `Usage: bff migrate [options]

Brings the schema of the Postgres at DATABASE_URL up to date: GenBFF's own files first, then yours. Needs the package
"pg". With --emit it needs no database, and writes files for \`supabase db push\` instead. Both may be mixed.

  --folder <name>=<path>        your own numbered .sql files, as in \`migrations\` of createBff; may be repeated
  --emit <folder>               writes what is missing into this folder, e.g. supabase/migrations
  --dry-run                     says what is left to do, and does nothing

What clients may do past the server. What is not named stays as it is:

  --view <name>=<kinds>[:<names>]
                                read-only views of assets, exactly these; kinds are image, vector and model with commas.
                                Names are more names of columns, with commas: <name>=<column>, or a name alone, of
                                source_asset_id. May be repeated (images=image,vector and models=model)
  --bucket <name>[:public][:client-uploads]
                                makes a bucket of Supabase's storage, private unless public; with client-uploads users
                                add files below <their id>/. May be repeated
  --client-rows on|off          whether users may add rows of their own to input_assets (off)
  --help                        shows this

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 something is left to do (--dry-run).`;

const options = {
  folder: { type: "string", multiple: true },
  emit: { type: "string" },
  "dry-run": { type: "boolean" },
  view: { type: "string", multiple: true },
  bucket: { type: "string", multiple: true },
  "client-rows": { type: "string" },
} as const;

const leftToDo = 3;

/** `bff migrate`: applies migrations, or writes them down for `supabase db push`. */
export const migrateCommand: Command = {
  name: "migrate",
  summary: "brings the schema up to date, or writes files for `supabase db push`",
  usage,
  async run(args, host) {
    const { values } = parseArgs({ args: [...args], options });
    const folders = [coreMigrations(), ...(values.folder ?? []).map(readFolder)];
    const choices = settingCalls(readSettings(values));
    const task: Task = { folders, choices, dryRun: values["dry-run"] ?? false };
    const left = await (values.emit === undefined ? apply(task, host) : emit(task, values.emit, host));
    return task.dryRun && left ? leftToDo : 0;
  },
};

interface Task {
  readonly folders: readonly MigrationFolder[];
  /** Calls of functions that set what clients may do. */
  readonly choices: readonly string[];
  readonly dryRun: boolean;
}

function readFolder(option: string): MigrationFolder {
  const [, name, path] = /^([a-z0-9][a-z0-9_-]*)=(.+)$/.exec(option) ?? [];
  if (name === undefined || path === undefined)
    throw new UsageError(`--folder ${option} is not like shop=./sql`);
  if (name === "core") throw new UsageError('The folder name "core" is GenBFF\'s own');
  return { name, path };
}

const nameOf = ({ folder, name }: MigrationFile) => `${folder}/${name}`;

/** Resolves to whether something was to do. */
async function apply({ folders, choices, dryRun }: Task, { env, print }: CommandHost): Promise<boolean> {
  const connectionString = env.DATABASE_URL;
  if (!connectionString)
    throw new UsageError("DATABASE_URL is not set: postgres://user:password@host:port/database");
  const { lendExecutor } = await import("../database/postgres-executor.ts");
  const config = { connectionString, application_name: "bff migrate", connectionTimeoutMillis: 10_000 };
  let count = 0;
  await lendExecutor(config, async (executor) => {
    if (dryRun) {
      const pending = await pendingMigrations(executor.run, folders);
      count = pending.length;
      for (const file of pending) print(`would apply ${nameOf(file)}`);
    } else {
      await migrate(executor, folders, (file) => {
        count += 1;
        print(`applied ${nameOf(file)}`);
      });
    }
    if (count === 0) print("The schema is up to date");
    for (const call of choices) print(`${dryRun ? "would call" : "calls"} ${call}`);
    if (dryRun || choices.length === 0) return;
    await executor.transaction(async (run) => void (await run(asOne(choices))));
  });
  return count + choices.length > 0;
}

/** Resolves to whether something was to do. */
async function emit({ folders, choices, dryRun }: Task, folder: string, host: CommandHost): Promise<boolean> {
  const files = (await Promise.all(folders.map(readMigrations))).flat();
  const written = await emitMigrations({ folder, files, choices, dryRun, now: new Date() });
  for (const name of written) host.print(`${dryRun ? "would write" : "wrote"} ${name}`);
  if (written.length === 0) host.print(`${folder} is complete`);
  return written.length > 0;
}
