import type { Fleet, Member } from "./fleet.ts";
import type { World } from "./world.ts";

/** What a client sees where the line, or the process behind it, is gone. */
export class LineLost extends Error {}

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly replayed: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every route.
  readonly json: any;
}

/** The clients' way to whichever process lives. */
export interface Network {
  /** @throws LineLost - the request or its answer got lost, or the process died meanwhile. */
  ask(user: string, path: string, asked?: Asked): Promise<Answer>;
  /** The events of a stream, as they arrive; ends with the stream, throws `LineLost` with the line. */
  stream(user: string, path: string, lastEventId?: number): AsyncGenerator<StreamEvent>;
}

/** What is asked beside the path. */
export interface Asked {
  readonly body?: object;
  readonly headers?: Record<string, string>;
}

/** One server-sent event. */
export interface StreamEvent {
  readonly name: string;
  readonly id: number | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: events of every kind.
  readonly data: any;
}

/** Opens the network. */
export function openNetwork(world: World, fleet: Fleet): Network {
  const { luck } = world;
  async function reach(user: string, path: string, asked: Asked): Promise<[Response, Promise<never>]> {
    await world.wait(luck.latencyMs());
    const living = fleet.members();
    if (living.length === 0) throw new LineLost();
    const member = luck.oneOf(living);
    const lost = lossOf(member);
    if (luck.badly(60)) throw new LineLost();
    const { body, headers = {} } = asked;
    const request = new Request(`http://shop.test/api${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { "x-user": user, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return [await Promise.race([member.bff.fetch(request), lost]), lost];
  }

  return {
    async ask(user, path, asked = {}) {
      const [response, lost] = await reach(user, path, asked);
      const text = await Promise.race([response.text(), lost]);
      await world.wait(luck.latencyMs());
      if (luck.badly(60)) throw new LineLost();
      return {
        status: response.status,
        replayed: response.headers.get("idempotency-replayed") === "true",
        json: text === "" ? null : JSON.parse(text),
      };
    },
    async *stream(user, path, lastEventId) {
      const headers = lastEventId === undefined ? {} : { "last-event-id": String(lastEventId) };
      const [response, lost] = await reach(user, path, { headers });
      if (response.status === 204) return;
      if (response.status !== 200 || response.body === null) throw new LineLost();
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      let rest = "";
      try {
        for (;;) {
          const { done, value } = await Promise.race([reader.read(), lost]);
          if (done) return;
          const blocks = (rest + decoder.decode(value, { stream: true })).split("\n\n");
          rest = blocks.pop() ?? "";
          for (const block of blocks) {
            const event = read(block);
            if (event !== undefined) yield event;
            if (luck.badly(50)) throw new LineLost();
          }
        }
      } finally {
        await reader.cancel().catch(() => undefined);
      }
    },
  };
}

/** Rejects when the process dies. */
function lossOf({ process }: Member): Promise<never> {
  const lost = new Promise<never>((_, reject) => process.onDeath(() => reject(new LineLost())));
  lost.catch(() => undefined);
  return lost;
}

function read(block: string): StreamEvent | undefined {
  const fields = new Map(block.split("\n").map((line) => line.split(/: (.*)/s) as [string, string]));
  const data = fields.get("data");
  if (data === undefined) return undefined;
  const id = fields.get("id");
  return {
    name: fields.get("event") ?? "",
    id: id === undefined ? undefined : Number(id),
    data: JSON.parse(data),
  };
}
