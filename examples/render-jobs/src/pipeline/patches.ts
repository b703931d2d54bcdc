import type { Plane } from "./picture.ts";

/** Turns over every connected patch of this value (1: masked, 0: not) for which `keep` says no, by its pixels. */
export function turnPatches(mask: Plane, value: 0 | 1, keep: (patch: readonly number[]) => boolean): Plane {
  const { width, height } = mask;
  const data = mask.data.map((part) => (part > 0.5 ? 1 : 0));
  const result = data.slice();
  const seen = new Uint8Array(data.length);
  for (const start of data.keys()) {
    if (seen[start] === 1 || data[start] !== value) continue;
    const patch = [start];
    seen[start] = 1;
    // It grows while it is walked.
    for (let place = 0; place < patch.length; place++) {
      const at = patch[place] ?? 0;
      const x = at % width;
      for (const next of [x > 0 ? at - 1 : -1, x + 1 < width ? at + 1 : -1, at - width, at + width]) {
        if (next < 0 || next >= data.length || seen[next] === 1 || data[next] !== value) continue;
        seen[next] = 1;
        patch.push(next);
      }
    }
    if (!keep(patch)) for (const at of patch) result[at] = 1 - value;
  }
  return { width, height, data: result };
}
