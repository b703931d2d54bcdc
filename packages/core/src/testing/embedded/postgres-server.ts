import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { memoryFolder } from "./memory-folder.ts";
import { type PostgresVersion, postgresBinaries, type ServerUser, serverUser } from "./postgres-binaries.ts";

/** A real Postgres for the time of a test run. */
export interface PostgresServer {
  /** Of the database `postgres`, as superuser. */
  readonly url: string;
  /**
   * Ends the server and keeps its data. `fast` ends its sessions and closes in order; `immediate` leaves recovery to
   * `resume`, as a crash does.
   */
  halt(how: "fast" | "immediate"): Promise<void>;
  /** Starts it again, at the same address. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

const prefix = "genbff-postgres-";

/**
 * Starts a Postgres of this run's own: free port, new data in the temporary folder, no password, no fsync.
 *
 * Ends with this process, however that ends: a small shell waits for our end of a pipe to close, then stops the
 * server and deletes its data.
 *
 * @param settings - Of `postgresql.conf`, e.g. `{ fsync: "on" }` for tests of crashes.
 * @param place - `memory`: its data takes no disk where there is room for it, and makes a database in a tenth of the time.
 */
export async function startPostgres(
  settings: Record<string, string> = {},
  version: PostgresVersion = 18,
  place: "disk" | "memory" = "disk",
): Promise<PostgresServer> {
  clearAbandoned();
  const user = serverUser();
  const ours = `${prefix}${process.pid}-`;
  const folder = mkdtempSync(join(temporaryFolder(user), ours));
  // Programs may be forbidden to run from memory: only the data lies there.
  const memory = place === "memory" ? memoryFolder() : undefined;
  const home = memory === undefined ? folder : mkdtempSync(join(memory, ours));
  if (user.uid !== undefined && user.gid !== undefined)
    for (const path of new Set([folder, home])) chownSync(path, user.uid, user.gid);
  const binaries = postgresBinaries(user, folder, version);
  const data = join(home, "data");
  await finish(
    spawn(
      join(binaries, "bin", "initdb"),
      ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
      { ...user, cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
    ),
  );

  const port = await freePort();
  const flags = Object.entries({ ...throwaway, ...settings }).map(([name, value]) => `-c${name}=${value}`);
  const server = [join(binaries, "bin", "postgres"), "-D", data, "-p", String(port), ...flags];
  const start = async () => {
    const shell = spawn("/bin/sh", ["-c", guard, "sh", folder, home, ...server], {
      ...user,
      cwd: folder,
      stdio: ["pipe", "ignore", "pipe"],
    });
    await ready(shell);
    return shell;
  };
  let running: ChildProcess | undefined = await start();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async halt(how) {
      const shell = running;
      if (shell === undefined) return;
      running = undefined;
      writeFileSync(join(folder, keep), "");
      const ended = once(shell, "exit");
      const postmaster = Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]);
      process.kill(postmaster, how === "fast" ? "SIGINT" : "SIGQUIT");
      await ended;
      shell.stdin?.end();
    },
    async resume() {
      running ??= await start();
      rmSync(join(folder, keep), { force: true });
    },
    async stop() {
      if (running === undefined) {
        for (const path of [home, folder]) rmSync(path, { recursive: true, force: true });
        return;
      }
      const ended = once(running, "exit");
      running.stdin?.end();
      await ended;
    },
  };
}

/** A file that says: the server is coming back, leave its data. */
const keep = "keep";

/** Speed matters, the data does not; and 200 connections, because tests of races want many. */
const throwaway = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "64MB",
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  autovacuum: "off",
  timezone: "UTC",
};

/** A server as one would run it: for benchmarks, and for runs in which it crashes. */
export const durable = {
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  autovacuum: "on",
  shared_buffers: "256MB",
};

/** Outlives Ctrl-C, which a terminal sends to us all, so that the data is deleted whatever happens. */
const guard = `
trap '' INT HUP TERM
folder=$1 home=$2; shift 2
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
( cat <&3 >/dev/null; kill -QUIT "$server" ) 2>/dev/null &
exec 3<&-
wait "$server"
[ -e "$folder/${keep}" ] && exit
cd / && rm -rf "$home" "$folder"
`;

function ready(shell: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let log = "";
  shell.stderr?.on("data", (chunk: Buffer) => {
    // Its end is kept: clients that come too early make a server that recovers say so many times.
    log = (log + chunk.toString()).slice(-20_000);
    if (log.includes("ready to accept connections")) resolve();
  });
  shell.once("error", reject);
  shell.once("exit", () => reject(new Error(`Postgres did not start:\n${log}`)));
  return promise;
}

function finish(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let log = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  child.once("error", reject);
  child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`initdb failed:\n${log}`))));
  return promise;
}

/** One that nobody listens on. */
export async function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer().once("error", reject);
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
  });
  return promise;
}

/** The server's user must be able to walk into the folder; a private TMPDIR of root's is closed to it. */
export function temporaryFolder(user: ServerUser): string {
  const folders = [tmpdir(), "/tmp", "/var/tmp"];
  return user.uid === undefined ? tmpdir() : (folders.find(isOpen) ?? tmpdir());
}

function isOpen(folder: string): boolean {
  const parent = dirname(folder);
  return (statSync(folder).mode & 0o001) !== 0 && (parent === folder || isOpen(parent));
}

/** What a run left behind that was killed together with its shell. */
function clearAbandoned(): void {
  for (const folder of new Set([tmpdir(), "/tmp", memoryFolder() ?? "/tmp"])) {
    for (const name of readdirSync(folder).filter((name) => name.startsWith(prefix))) {
      const pid = Number(name.slice(prefix.length).split("-")[0]);
      if (!isRunning(pid)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
