import type { ReceivedRequest } from "../../request.ts";
import type { World } from "../vendor.ts";
import { progressOf } from "./progress.ts";
import { invalid } from "./refusal.ts";
import type { TripoStore } from "./store.ts";
import type { TaskViews } from "./task-view.ts";

const startingCredits = 1_000_000;

/** Credits left and credits set aside for jobs that are not done. */
export function balanceOf(owner: string, store: TripoStore, world: World) {
  let [spent, frozen] = [0, 0];
  for (const task of store.tasksOf(owner)) {
    const { status } = progressOf(task, world.now());
    if (status === "success") spent += task.credits;
    else if (status !== "failed" && status !== "cancelled") frozen += task.credits;
  }
  return { balance: startingCredits - spent - frozen, frozen };
}

/** One page of the account's tasks, newest first: the only way to find a task whose id was lost. */
export function usageOf(request: ReceivedRequest, owner: string, store: TripoStore, views: TaskViews) {
  const limit = wholeNumber(request, "limit", 20, 1, 200);
  const offset = wholeNumber(request, "offset", 0, 0, Number.MAX_SAFE_INTEGER);
  const all = store.tasksOf(owner);
  const tasks = all.slice(offset, offset + limit).map((task) => views.usageRow(task));
  return { tasks, total: all.length, limit, offset };
}

function wholeNumber({ query }: ReceivedRequest, name: string, fallback: number, min: number, max: number) {
  const value = Number(query.get(name) ?? fallback);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw invalid(name, `must be a whole number between ${min} and ${max}`);
  }
  return value;
}
