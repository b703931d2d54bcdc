import type { GenerationStatus } from "../../contract/generation.ts";
import type { World } from "./world.ts";

/** What clients have been told: everything of it must have been true, and the last of it must be true now. */
export interface Ear {
  /** One answer or event about one generation. */
  hear(how: string, status: GenerationStatus): void;
  /** What was told of a generation's end, by whomever. */
  endOf(generationId: string): GenerationStatus | undefined;
  readonly ends: ReadonlyMap<string, GenerationStatus>;
}

/** Listens, and finds contradictions at once. */
export function openEar(world: World): Ear {
  const ends = new Map<string, GenerationStatus>();
  const essence = (status: GenerationStatus) =>
    JSON.stringify([
      status.status,
      status.version,
      status.error?.error,
      status.credits,
      status.failures,
      status.json,
      status.assets.map(({ asset_id, bytes }) => [asset_id, bytes]),
    ]);
  return {
    ends,
    endOf: (id) => ends.get(id),
    hear(how, status) {
      const known = ends.get(status.generation_id);
      if (status.completed_at === null) {
        if (status.assets.length > 0)
          world.blame(`${how}: ${status.generation_id} shows outputs before its end`);
        return;
      }
      world.tell(
        "client",
        `${how}: ${status.generation_id} is ${status.status} ${status.error?.error ?? ""}`,
      );
      if (known === undefined) ends.set(status.generation_id, status);
      else if (essence(known) !== essence(status))
        world.blame(
          `${how}: ${status.generation_id} ended as ${essence(status)}, and as ${essence(known)} before`,
        );
    },
  };
}
