import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const prefix = "lock.";

/**
 * Makes this process the only one in a folder, and resolves to what gives the folder back.
 *
 * Every process that wants the folder first creates a file of its own, named by its id and start time, and only
 * then looks for others. Whoever sees a living other steps back, so two can never both stay; whoever dies,
 * even by `kill -9`, leaves a name that no living process has, and the next one clears it away. A single lock
 * file could not be taken over like that without a moment in which two processes believe it theirs.
 *
 * @throws Error - a living process, or another part of this one, has the folder. Names the folder and the process.
 */
export async function lockFolder(folder: string): Promise<() => void> {
  const path = resolve(folder);
  mkdirSync(path, { recursive: true });
  const started = startTime(process.pid);
  const name = `${prefix}${process.pid}.${started ?? 0}`;
  const file = join(path, name);
  claim(file, path, started !== undefined);
  const release = () => {
    rmSync(file, { force: true });
    held.delete(file);
    process.off("exit", release);
  };
  process.once("exit", release);

  // Of several newcomers the first by name waits for the others to step back. The time is for slow machines.
  for (const deadline = Date.now() + 500; ; await sleep(20)) {
    const other = livingOthers(path, name)[0];
    if (other === undefined) return release;
    if (other < name || Date.now() > deadline) {
      release();
      throw new Error(
        `${path} is in use by process ${other.split(".")[1]}, and two processes on one embedded database lose rows. Stop the other one, or use Postgres. If no such program runs, delete ${join(path, other)}`,
      );
    }
  }
}

/** What this process holds: where start times are unknown, an earlier process with our id may have left the file. */
const held = new Set<string>();

function claim(file: string, path: string, nameIsUnique: boolean): void {
  try {
    if (held.has(file)) throw Object.assign(new Error("held"), { code: "EEXIST" });
    writeFileSync(file, "", { flag: nameIsUnique ? "wx" : "w" });
    held.add(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new Error(`${path} is already open in this process (${process.pid})`, { cause: error });
  }
}

function livingOthers(path: string, own: string): string[] {
  const others = readdirSync(path)
    .filter((name) => name.startsWith(prefix) && name !== own)
    .sort();
  const living = others.filter(isAlive);
  for (const name of others) if (!living.includes(name)) rmSync(join(path, name), { force: true });
  return living;
}

function isAlive(name: string): boolean {
  const [, pid, started] = name.split(".");
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  // The id may belong to somebody else by now, in a container often to ourselves: it is always 1 there.
  const now = startTime(Number(pid));
  return now === undefined || String(now) === started;
}

/** In clock ticks since the machine started; known on Linux only. */
function startTime(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field, the program's name, may hold spaces and brackets.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  } catch {
    return undefined;
  }
}
