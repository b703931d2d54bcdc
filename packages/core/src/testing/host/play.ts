import type { Host } from "../host.ts";
import { type HostRequest, send } from "../host-request.ts";
import type { HostCase } from "./case.ts";
import { type NormalisedAnswer, normalise } from "./normalise.ts";

/** What cases may name: answers by the word they are named with. */
export type Scene = Readonly<Record<string, unknown>>;

/** Users that all plays have in common: one only looks, of the other nothing is taken. */
const shared = new Set(["stage", "mallory"]);

let plays = 0;

/** Plays one case on a host, with users and a task of its own. */
export async function play(
  host: Host,
  { given, request, events }: HostCase,
  scene: Scene,
): Promise<NormalisedAnswer> {
  plays += 1;
  const own = `play-${plays}-${crypto.randomUUID().slice(0, 8)}`;
  const known: Record<string, unknown> = { ...scene, task: own };
  for (const [name, before] of Object.entries(given ?? {})) {
    const response = await send(host, prepare(before, known, own));
    const text = await response.text();
    if (!response.ok) throw new Error(`what "${name}" asks was answered ${response.status}: ${text}`);
    known[name] = text === "" ? {} : JSON.parse(text);
  }
  const response = await send(host, prepare(request, known, own));
  return normalise(response, [[own, "<own>"]], (answer) =>
    events === undefined ? wholeOf(answer) : firstEventsOf(answer, events),
  );
}

/** Fills the words in, and gives the play users of its own. */
function prepare(request: HostRequest, known: Scene, own: string): HostRequest {
  const { as = "user" } = request;
  const path = fill(request.path, known);
  return {
    ...request,
    path: path.startsWith("/api/") ? path.slice("/api".length) : path,
    as: as === null || shared.has(as) ? as : `${as}-${own}`,
    ...(request.headers ? { headers: fillAll(request.headers, known) } : {}),
    ...(request.json === undefined ? {} : { json: fillAll(request.json, known) }),
    ...(typeof request.body === "string" ? { body: fill(request.body, known) } : {}),
    ...(request.form ? { form: () => filledForm(request.form?.() ?? new FormData(), known) } : {}),
  };
}

function fill(text: string, known: Scene): string {
  return text.replace(/\{\{([\w.-]+)\}\}/g, (_, path: string) => {
    let value: unknown = known;
    for (const key of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[key];
    if (typeof value !== "string" && typeof value !== "number")
      throw new Error(`nothing is known of {{${path}}}`);
    return String(value);
  });
}

function fillAll<Value>(value: Value, known: Scene): Value {
  return JSON.parse(JSON.stringify(value), (_, each) =>
    typeof each === "string" ? fill(each, known) : each,
  );
}

function filledForm(form: FormData, known: Scene): FormData {
  const filled = new FormData();
  for (const [name, value] of form)
    filled.append(name, typeof value === "string" ? fill(value, known) : value);
  return filled;
}

async function wholeOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

/** The text of a stream up to its n-th event; then it is left. */
async function firstEventsOf(response: Response, count: number): Promise<Uint8Array> {
  const decoder = new TextDecoder();
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  for (let text = ""; ; ) {
    const { done, value } = await reader.read();
    text += done ? "" : decoder.decode(value, { stream: true });
    const blocks = text.split("\n\n");
    const upTo = blocks.findIndex((_, at) => eventsIn(blocks.slice(0, at + 1)) === count);
    if (!done && (upTo === -1 || upTo === blocks.length - 1)) continue;
    await reader.cancel();
    return new TextEncoder().encode(blocks.slice(0, upTo + 1).join("\n\n"));
  }
}

function eventsIn(blocks: readonly string[]): number {
  return blocks.filter((block) => block.includes("data: ")).length;
}
