import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { freePort } from "./postgres-server.ts";

/** A Redis of a test's own, in memory alone. */
export interface RedisServer {
  readonly port: number;
  /** Kills it, as a power cut does; resolves when it is dead. */
  kill(): Promise<void>;
  /** Starts it anew on its port, empty. */
  restart(): Promise<void>;
  /** Throws away everything that it holds, while others go on using it. */
  flush(): Promise<void>;
}

const binary = process.env.REDIS_SERVER_PATH ?? "/usr/bin/redis-server";

/** Whether this machine has one: it comes with the system (`apt-get install redis-server`), not by npm. */
export const hasRedis = existsSync(binary);

/** Starts one on a free port; it ends with this process. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  let server = await start(port);
  return {
    port,
    kill: () => kill(server),
    async restart() {
      server = await start(port);
    },
    async flush() {
      const socket = connect(port, "127.0.0.1");
      socket.write("FLUSHALL\r\n");
      const [answer] = (await once(socket, "data")) as [Buffer];
      socket.destroy();
      if (!answer.toString().startsWith("+OK")) throw new Error(`redis-server says ${answer}`);
    },
  };
}

async function start(port: number): Promise<ChildProcess> {
  const server = spawn(binary, [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
  ]);
  const end = () => void server.kill("SIGKILL");
  process.once("exit", end);
  server.once("exit", () => process.off("exit", end));
  let told = "";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.once("exit", () => reject(new Error(`redis-server did not start: ${told}`)));
    server.stdout.on("data", (chunk: Buffer) => {
      told += chunk.toString();
      if (told.includes("Ready to accept connections")) resolve();
    });
  });
  return server;
}

async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const dead = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGKILL");
  await dead;
}
