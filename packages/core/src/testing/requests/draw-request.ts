import { type RouteName, routes } from "../../contract/routes.ts";
import { type Dice, dice } from "../generations/scheduler.ts";
import { formChanges } from "./change-form.ts";
import { headChanges } from "./change-head.ts";
import { byteChanges, type Change, jsonChanges } from "./change-json.ts";
import type { Draft } from "./draft.ts";
import { oneOf } from "./odd-values.ts";
import { type Things, validRequests } from "./valid-requests.ts";

/** A good request of a route that was spoilt, or was left as it is. */
export interface Drawn {
  readonly draft: Draft;
  /** What was done to it, in order. */
  readonly changes: readonly string[];
}

/** From what is in a body to what is around it: bytes that were changed have no fields any more. */
const layers: readonly (readonly (readonly [string, Change])[])[] = [
  [...Object.entries(jsonChanges), ...Object.entries(formChanges)],
  Object.entries(byteChanges),
  Object.entries(headChanges),
];
const bodyLayers = 2;
/** How many of a hundred are sent as they are, so that something is taken now and then. */
const goodPercent = 3;

/** Draws requests of one route: the same seed, the same requests, but for the ids of what is there. */
export function drawRequests(name: RouteName, seed: number): (things: Things, at: number) => Drawn {
  const draw = dice(seed * 64 + Object.keys(routes).indexOf(name));
  return (things, at) => {
    const draft = oneOf(draw, validRequests(name, things, at));
    const changes: string[] = [];
    if (draw.below(100) >= goodPercent) {
      const layer = draft.body === undefined ? bodyLayers : draw.below(layers.length);
      const times = 1 + (draw.below(4) === 0 ? 1 : 0);
      for (let time = 0; time < times; time++) changes.push(spoil(draft, draw, layer));
      if (draw.below(5) === 0) changes.push(spoil(draft, draw, bodyLayers));
      if (draft.body === undefined && draw.below(10) === 0) changes.push(spoil(draft, draw, 1));
    }
    return { draft, changes };
  };
}

/** Tries until a change finds something of its kind; where nothing of a layer is there, the next one has its turn. */
function spoil(draft: Draft, draw: Dice, layer: number): string {
  for (let tries = 0; ; tries++) {
    const [name, change] = oneOf(draw, layers[tries < 40 ? layer : bodyLayers] ?? []);
    if (change(draft, draw)) return name;
  }
}
