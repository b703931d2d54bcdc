import type { Act } from "./act.ts";
import { isJson, mapLeaves, withBody } from "./json.ts";
import type { Fault } from "./rule.ts";

/** The part of a path that names a job: its longest one with a digit in it. */
function jobIdIn(path: string): string | undefined {
  const ids = path.split("/").filter((part) => part.length >= 8 && /\d/.test(part));
  return ids.sort((a, b) => b.length - a.length)[0];
}

/** The vendor's own answer for a job that nobody has. */
export async function jobNotFound(act: Act): Promise<Response> {
  const { path } = act.request;
  const id = jobIdIn(path);
  if (act.role !== "read" || id === undefined) return notHere(act);
  return act.answerAt(path.replace(id, act.memory.aliasOf(id)));
}

/** The first answer that was given for this job, once again: `queued` after `running`, or `running` after the end. */
export async function goBackwards(fault: Fault, act: Act): Promise<Response> {
  const honest = await act.answer();
  // Jobs go backwards; the list of an account does not go back to what it was on its first day.
  if (jobIdIn(act.request.path) === undefined) return undone(act, honest);
  const path = `/${act.vendor.name}${act.request.path}`;
  const first = act.memory.firstRead(path, fault.variant === "complete");
  if (!first || !honest.ok || (await honest.clone().text()) === first.text) {
    act.undo();
    return honest;
  }
  return new Response(first.text, { status: first.status, headers: { "content-type": first.contentType } });
}

const oddProgress: Record<string, unknown> = {
  over: 250,
  negative: -5,
  text: "NaN",
  nan: Number.NaN,
  null: null,
};

/** A progress that is no percentage. `nan` is not even JSON, as careless servers send it. */
export async function spoilProgress({ variant = "over" }: Fault, act: Act): Promise<Response> {
  const honest = await act.answer();
  if (!honest.ok || !isJson(honest)) return undone(act, honest);
  const mark = "odd progress";
  const body = JSON.stringify(
    mapLeaves(await honest.clone().json(), (leaf, key) =>
      key === "progress" && typeof leaf === "number" ? mark : leaf,
    ),
  );
  if (!body.includes(`"${mark}"`)) return undone(act, honest);
  const odd = oddProgress[variant];
  const text = Number.isNaN(odd) ? "NaN" : JSON.stringify(odd ?? null);
  return withBody(honest, body.replaceAll(`"${mark}"`, text));
}

/** The same job by another name, as after a retry inside the vendor's house. The new name is good from now on. */
export async function changeJobId(act: Act): Promise<Response> {
  const honest = await act.answer();
  const id = jobIdIn(act.request.path);
  if (!honest.ok || !isJson(honest) || id === undefined) return undone(act, honest);
  const alias = act.memory.aliasOf(id);
  // Whole words only: links carry signatures over the path that they were made for.
  const renamed = mapLeaves(await honest.json(), (leaf) => (leaf === id ? alias : leaf));
  return withBody(honest, JSON.stringify(renamed));
}

function notHere(act: Act): Promise<Response> {
  act.undo();
  return act.answer();
}

function undone(act: Act, honest: Response): Response {
  act.undo();
  return honest;
}
