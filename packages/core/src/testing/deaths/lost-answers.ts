import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A wire to a Postgres on which answers can get lost. */
export interface LossyWire {
  readonly url: string;
  /** The next answer is read here, and the connection cut: the server has done its work, and nobody hears of it. */
  loseNextAnswer(): void;
  /** The same of the next answer to what holds all these words, whatever else is under way. */
  loseAnswerTo(words: readonly string[]): void;
  /** How many were lost. */
  readonly lost: () => number;
  /** From now on nothing is passed on of the connections that are open, not even their end: the peer is gone without a word. */
  mute(): void;
  /** How many connections somebody still has: each gets a byte, and the second one breaks what was left. For after `mute`. */
  readonly held: () => number;
  /** How many were ever opened. */
  readonly opened: () => number;
  close(): Promise<void>;
}

/** Opens one in front of the server of `target`. */
export async function openLossyWire(target: string): Promise<LossyWire> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  /** What must have been asked for; nothing in particular where it is empty. */
  let armed: readonly string[] | undefined;
  const asked = new Map<Socket, string>();
  let lost = 0;
  let opened = 0;
  const nears = new Map<Socket, number>();
  let muted = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on("data", (chunk: Buffer) => {
      if (muted.has(near)) return;
      if (armed !== undefined) asked.set(near, (asked.get(near) ?? "") + chunk.toString("latin1"));
      far.write(chunk);
    });
    nears.set(near, 0);
    opened += 1;
    near.on("end", () => muted.has(near) || near.end());
    near.on("close", () => {
      nears.delete(near);
      asked.delete(near);
    });
    far.on("data", (chunk) => {
      if (muted.has(near)) return;
      const question = asked.get(near) ?? "";
      asked.delete(near);
      if (armed === undefined || !armed.every((word) => question.includes(word)))
        return void near.write(chunk);
      armed = undefined;
      lost += 1;
      near.destroy();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    loseNextAnswer() {
      armed = [];
    },
    loseAnswerTo(words) {
      armed = words;
    },
    lost: () => lost,
    mute() {
      muted = new Set(sockets);
    },
    held() {
      // Four in all: the header of a message has five, and a broken one would end what is still read.
      for (const [near, prods] of nears) {
        if (prods < 4) near.write("\0");
        nears.set(near, prods + 1);
      }
      return nears.size;
    },
    opened: () => opened,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
