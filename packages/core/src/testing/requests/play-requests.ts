import { isErrorCode } from "../../contract/error-codes.ts";
import { type RouteName, routes } from "../../contract/routes.ts";
import type { TestDatabase } from "../embedded/test-database.ts";
import { bytesOf, type Draft, toRequest } from "./draft.ts";
import { type Drawn, drawRequests } from "./draw-request.ts";
import { type Answered, openJudge } from "./judge.ts";
import { leftBehind } from "./left-behind.ts";
import { openTaken } from "./taken.ts";
import { openTarget, type Target } from "./target.ts";
import { isWritten, type Things } from "./valid-requests.ts";

/** How it is played. */
export interface Play {
  readonly seed: number;
  /** Whether to send one more to every route, after so many. */
  more(sentToEach: number): boolean;
  progress?(sentToEach: number): void;
}

/** What it came to. */
export interface Played {
  readonly routes: number;
  /** Sent, taken, could be sent by no client; and refusals by their code. */
  readonly counts: Readonly<Record<string, number>>;
  /** Each names the seed, the route and the number that draw the same request again. */
  readonly violations: readonly string[];
}

const inFlight = 12;
/** Whoever waits longer hangs: nothing here takes a second, and no body is sent that never ends. */
const hangMs = 60_000;
/** Who asked to wait is gone after this: a wait is no hang, and twenty seconds of it show nothing. */
const patienceMs = 40;
/** Requests to each route between two looks at how things are. */
const roundOf = 25;
const roundsPerUser = 4;
const violationsMax = 20;

interface Sending extends Drawn {
  readonly name: RouteName;
  readonly at: number;
  readonly things: Things;
}

/**
 * Sends spoilt requests to every route of the contract, judges each answer, and looks for what refused ones left
 * behind: generations, holds, keys, uploads, files.
 */
export async function playRequests(test: TestDatabase, play: Play): Promise<Played> {
  const names = Object.keys(routes) as RouteName[];
  const draws = names.map((name) => [name, drawRequests(name, play.seed)] as const);
  const counts = new Map<string, number>();
  const count = (what: string) => void counts.set(what, (counts.get(what) ?? 0) + 1);
  const violations: string[] = [];
  const kinds = new Set<string>();
  const target = await openTarget(test);
  const taken = openTaken();
  const judge = openJudge(target.basePath);

  async function sendOne({ name, at, draft, changes, things }: Sending): Promise<void> {
    const say = (what: string) => {
      const how = changes.join(", ") || "as it is";
      // One example of each is enough to mend it.
      const kind = `${name}: ${what.slice(0, 60)}`;
      if (kinds.has(kind)) return;
      kinds.add(kind);
      violations.push(`seed ${play.seed}, ${name} ${at} (${how}): ${what}\n  ${describe(draft)}`);
    };
    try {
      const answered = await send(target, draft);
      if (answered === undefined) return count("could not be sent");
      count("sent");
      taken.note(answered, draft, things.user);
      count(answered.status < 400 ? "taken" : codeOf(answered));
      const wrong = judge(answered);
      if (wrong !== undefined) say(wrong);
      if (changes.length === 0 && isWritten(name) && answered.status >= 400 && !isUsedUp(answered))
        say(`a good request was refused: ${answered.text}`);
    } catch (error) {
      say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }

  try {
    let things = await target.makeThings("user-0", taken);
    let sent = 0;
    for (let round = 0; play.more(sent) && violations.length < violationsMax; round++) {
      if (round > 0 && round % roundsPerUser === 0) {
        await target.end(things);
        things = await target.makeThings(`user-${round}`, taken);
      }
      const sendings: Sending[] = [];
      for (let until = sent + roundOf; sent < until && play.more(sent); sent++)
        for (const [name, draw] of draws) sendings.push({ name, at: sent, things, ...draw(things, sent) });
      const lane = async () => {
        for (let next = sendings.pop(); next !== undefined; next = sendings.pop()) await sendOne(next);
      };
      await Promise.all(Array.from({ length: inFlight }, lane));
      play.progress?.(sent);
    }
    await target.end(things);
    violations.push(...target.troubles.slice(0, violationsMax));
    violations.push(...(await leftBehind(test, target, taken)));
  } finally {
    await target.stop();
  }
  const byName = [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
  return { routes: names.length, counts: Object.fromEntries(byName), violations };
}

/** Sends it and reads the answer: a stream to its first piece, everything else to its end. */
async function send(target: Target, draft: Draft): Promise<Answered | undefined> {
  const leaving = new AbortController();
  const request = toRequest(draft, target.baseUrl, leaving.signal);
  if (request === undefined) return undefined;
  const waits = request.headers.has("prefer") || new URL(request.url).searchParams.has("wait");
  const leave = waits ? setTimeout(() => leaving.abort(), patienceMs) : undefined;
  let hangs: NodeJS.Timeout | undefined;
  try {
    const hang = new Promise<never>((_, reject) => {
      hangs = setTimeout(() => reject(new Error(`no answer within ${hangMs} ms`)), hangMs);
    });
    return await Promise.race([answerOf(target, request), hang]);
  } finally {
    clearTimeout(hangs);
    clearTimeout(leave);
  }
}

async function answerOf(target: Target, request: Request): Promise<Answered> {
  const { method, url } = request;
  const response = await target.fetch(request);
  const { status, headers } = response;
  const isStream = headers.get("content-type") === "text/event-stream";
  const text = isStream ? await firstPieceOf(response) : await response.text();
  return { method, url, status, headers, text };
}

async function firstPieceOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const piece = await reader?.read();
  await reader?.cancel();
  return new TextDecoder().decode(piece?.value as Uint8Array | undefined);
}

/** A good request may come when somebody else has cancelled the generation, or has used up what it names. */
function isUsedUp(answered: Answered): boolean {
  return ["not_cancellable", "asset_unusable", "idempotency_key_reused"].includes(codeOf(answered));
}

function codeOf({ status, text }: Answered): string {
  const code = /^\{"error":"(\w+)"/.exec(text)?.[1];
  return code !== undefined && isErrorCode(code) ? code : `${status} without a body`;
}

function describe({ method, path, query, headers, body }: Draft): string {
  const bodyText =
    body === undefined
      ? ""
      : JSON.stringify(new TextDecoder("latin1").decode(bytesOf(body).subarray(0, 1500)));
  const head = [...headers].map(([name, value]) => `${name}: ${value.slice(0, 200)}`).join("; ");
  return `${method} ${path.slice(0, 500)}?${JSON.stringify(query).slice(0, 500)} {${head}} ${bodyText}`;
}
