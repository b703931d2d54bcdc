import type { GenerationStatus } from "../../contract/generation.ts";
import type { Surroundings } from "./customer.ts";
import { LineLost } from "./network.ts";

const triesMax = 2000;

/** Watches a generation to its end, in one of the ways that clients have. */
export async function follow(
  around: Surroundings,
  user: string,
  id: string,
  task: string | undefined,
): Promise<GenerationStatus | undefined> {
  const way = around.world.luck.oneOf(["stream", "task stream", "poll", "long poll"] as const);
  if (way === "stream") return overStream(around, user, id);
  if (way === "task stream" && task !== undefined) return overTask(around, user, id, task);
  return polling(around, user, id, way === "long poll");
}

async function polling(
  { world, network, ear }: Surroundings,
  user: string,
  id: string,
  long: boolean,
): Promise<GenerationStatus | undefined> {
  let version = 0;
  for (let tries = 0; tries < triesMax; tries++) {
    try {
      const { status, json } = await network.ask(
        user,
        `/tasks/${id}/status${long ? `?wait=20&version=${version}` : ""}`,
      );
      if (status === 200) {
        ear.hear(long ? "long poll" : "poll", json);
        if (json.version < version) world.blame(`${id} went back from version ${version} to ${json.version}`);
        version = json.version;
        if (json.completed_at !== null) return json;
      } else if (json.error !== "unavailable")
        world.blame(`${user} is told ${status} ${json.error} of ${id}`);
    } catch (error) {
      if (!(error instanceof LineLost)) throw error;
    }
    if (!long) await world.wait(world.luck.between(1000, 5000));
    else await world.wait(50);
  }
  return undefined;
}

async function overStream(
  { world, network, ear }: Surroundings,
  user: string,
  id: string,
): Promise<GenerationStatus | undefined> {
  let last: number | undefined;
  let end: GenerationStatus | undefined;
  for (let tries = 0; tries < triesMax && end === undefined; tries++) {
    let ends = 0;
    try {
      for await (const event of network.stream(user, `/tasks/${id}/events`, last)) {
        if (ends > 0) world.blame(`the stream of ${id} goes on after its end`);
        if (last !== undefined && event.id !== undefined && event.id <= last)
          world.blame(`the stream of ${id} tells version ${event.id} after ${last}`);
        last = event.id ?? last;
        ear.hear("stream", event.data);
        if (event.data.completed_at === null) continue;
        ends += 1;
        end = event.data;
      }
    } catch (error) {
      if (!(error instanceof LineLost)) throw error;
    }
    await world.wait(1000);
  }
  return end;
}

async function overTask(
  { world, network, ear }: Surroundings,
  user: string,
  id: string,
  task: string,
): Promise<GenerationStatus | undefined> {
  let last: number | undefined;
  for (let tries = 0; tries < triesMax; tries++) {
    const ended = new Set<string>();
    try {
      for await (const event of network.stream(user, `/tasks/${task}/events`, last)) {
        if (event.name !== "generation") continue;
        last = event.id ?? last;
        const status = event.data as GenerationStatus;
        ear.hear("task stream", status);
        if (ended.has(status.generation_id))
          world.blame(`one stream tells the end of ${status.generation_id} twice`);
        if (status.completed_at === null) continue;
        ended.add(status.generation_id);
        if (status.generation_id === id) return status;
      }
    } catch (error) {
      if (!(error instanceof LineLost)) throw error;
    }
    await world.wait(1000);
  }
  return undefined;
}
