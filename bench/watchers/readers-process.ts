// Everybody who watches, in one process: each a connection of its own over HTTP, and nothing kept of what it reads.
import { Agent, type ClientRequest, request } from "node:http";
import { obeyParent } from "../memory/measured.ts";

/** One stream that is to be opened. */
export interface Watch {
  readonly path: string;
  readonly token: string;
}

/** What it is asked to do. */
export type ReaderWork =
  | { readonly do: "open"; readonly address: string; readonly watches: readonly Watch[] }
  | { readonly do: "tell" }
  | { readonly do: "leave" };

/** What has been read since everything was left the last time. */
export interface Read {
  readonly open: number;
  /** Streams that ended or broke although nobody here left them. */
  readonly over: number;
  /** One for each last event of a generation on each stream: how long after its commit it was read, in ms. */
  readonly delaysMs: readonly number[];
}

const openAtOnce = 50;
const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
const requests = new Set<ClientRequest>();
let over = 0;
let delaysMs: number[] = [];

async function work(order: ReaderWork): Promise<Read> {
  if (order.do === "open") {
    const left = [...order.watches];
    const openNext = async () => {
      for (let watch = left.pop(); watch !== undefined; watch = left.pop()) await open(order.address, watch);
    };
    await Promise.all(Array.from({ length: openAtOnce }, openNext));
  }
  if (order.do === "leave") {
    for (const each of requests) each.destroy();
    requests.clear();
    over = 0;
    delaysMs = [];
  }
  return { open: requests.size, over, delaysMs };
}

/** Resolves with the first bytes. */
function open(address: string, { path, token }: Watch): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream" };
    const asked = request(new URL(path, address), { agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${path} answers ${response.statusCode}`));
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        resolve();
        const blocks = (text + piece).split("\n\n");
        text = blocks.pop() ?? "";
        for (const block of blocks) notice(block);
      });
      // An ended stream also closes; one that breaks only closes.
      response.on("close", () => {
        if (requests.delete(asked)) over += 1;
      });
    });
    asked.on("error", (error) => {
      if (requests.delete(asked)) over += 1;
      reject(error);
    });
    requests.add(asked);
    asked.end();
  });
}

/** The moment that the database wrote into the last event lies before its commit: what is measured is a little too long. */
function notice(block: string): void {
  const readAt = performance.timeOrigin + performance.now();
  const [, completedAt] = /"completed_at":"([^"]+)"/.exec(block) ?? [];
  if (completedAt !== undefined) delaysMs.push(readAt - Date.parse(completedAt));
}

obeyParent({}, work);
