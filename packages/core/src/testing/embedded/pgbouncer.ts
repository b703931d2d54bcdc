import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Client } from "pg";
import { type ServerUser, serverUser } from "./postgres-binaries.ts";
import { freePort, temporaryFolder } from "./postgres-server.ts";

/** A pooler in transaction mode, of a test's own, before a server that is running. */
export interface Pgbouncer {
  /** The way through it to a database of the server, given by its direct URL. */
  through(url: string): string;
  /** How many statements it has passed on, of every database. */
  statements(): Promise<number>;
  /** Kills it, as an out-of-memory kill does; resolves when it is dead. */
  kill(): Promise<void>;
  /** Starts it again, at the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const user = "postgres";
const password = "through-the-pooler";

/** Debian has it in a folder that is on root's PATH only. */
const binary =
  process.env.PGBOUNCER_PATH ??
  [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"]
    .map((folder) => join(folder, "pgbouncer"))
    .find((path) => existsSync(path));

/** Whether this machine has one: it comes with the system (`apt-get install pgbouncer`), not by npm. */
export const hasPgbouncer = binary !== undefined && existsSync(binary);

/** What the tests say that are left out without one. */
export const withoutPgbouncer =
  "left out without pgbouncer: apt-get install pgbouncer, or set PGBOUNCER_PATH";

/**
 * Starts one before the server of `target`, with ten connections to it. Ends with this process, however that ends.
 *
 * @param settings - Of `pgbouncer.ini`, e.g. `{ default_pool_size: "2" }`.
 */
export async function startPgbouncer(
  target: string,
  settings: Record<string, string> = {},
): Promise<Pgbouncer> {
  if (binary === undefined) throw new Error(withoutPgbouncer);
  const server = new URL(target);
  const runner = serverUser();
  const folder = mkdtempSync(join(temporaryFolder(runner), "genbff-pgbouncer-"));
  const port = await freePort();
  const users = join(folder, "users.txt");
  const file = join(folder, "pgbouncer.ini");
  const lines = { ...transactionMode, listen_port: String(port), auth_file: users, ...settings };
  writeFileSync(users, `"${user}" "${password}"\n`);
  writeFileSync(
    file,
    [
      "[databases]",
      `* = host=${server.hostname} port=${server.port} user=${server.username}`,
      "[pgbouncer]",
      ...Object.entries(lines).map(([name, value]) => `${name} = ${value}`),
    ].join("\n"),
  );
  for (const path of [folder, users, file]) giveTo(runner, path);

  const start = () => startGuarded([binary, file], folder, runner);
  let running: Guarded | undefined = await start();
  const through = (url: string) => {
    const pooled = new URL(url);
    Object.assign(pooled, { hostname: "127.0.0.1", port: String(port), username: user, password });
    return pooled.href;
  };
  async function kill(): Promise<void> {
    const killed = running;
    running = undefined;
    await killed?.kill();
  }
  return {
    through,
    async statements() {
      const console = new Client(through("postgres://pooler/pgbouncer"));
      await console.connect();
      const { rows } = await console.query<{ database: string; total_query_count: string }>("show stats");
      await console.end();
      // It counts what it is asked at its console, too.
      const passedOn = rows.filter(({ database }) => database !== "pgbouncer");
      return passedOn.reduce((sum, row) => sum + Number(row.total_query_count), 0);
    },
    kill,
    async restart() {
      running ??= await start();
    },
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Ten connections to the server for up to three hundred clients, and no waiting for a server that was away. */
const transactionMode = {
  listen_addr: "127.0.0.1",
  unix_socket_dir: "",
  pool_mode: "transaction",
  auth_type: "md5",
  admin_users: user,
  max_client_conn: "300",
  default_pool_size: "10",
  server_login_retry: "1",
  log_connections: "0",
  log_disconnections: "0",
};

interface Guarded {
  kill(): Promise<void>;
}

/** A small shell waits for our end of a pipe to close, and kills it then. */
const guard = `
trap '' INT HUP TERM
exec 3<&0
"$@" </dev/null 3<&- &
pooler=$!
( cat <&3 >/dev/null; kill -KILL "$pooler" ) 2>/dev/null &
exec 3<&-
wait "$pooler"
`;

async function startGuarded(command: string[], folder: string, runner: ServerUser): Promise<Guarded> {
  const shell = spawn("/bin/sh", ["-c", guard, "sh", ...command], {
    ...runner,
    cwd: folder,
    stdio: ["pipe", "ignore", "pipe"],
  });
  await isUp(shell);
  return {
    async kill() {
      const ended = once(shell, "exit");
      shell.stdin?.end();
      await ended;
    },
  };
}

function isUp(shell: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let log = "";
  shell.stderr?.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-20_000);
    if (log.includes("process up")) resolve();
  });
  shell.once("error", reject);
  shell.once("exit", () => reject(new Error(`pgbouncer did not start:\n${log}`)));
  return promise;
}

/** It refuses to be root. */
function giveTo({ uid, gid }: ServerUser, path: string): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}
