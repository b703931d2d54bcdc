import { composite } from "./composite.ts";
import { decode, decodeGrey, type Picture, type Size, scaled, sizeOf, within } from "./picture.ts";
import { project } from "./project.ts";
import { refine } from "./refine.ts";
import type { Paintable } from "./segment.ts";
import { segment } from "./segment.ts";
import { shade } from "./shade.ts";

/** What a render is made of. */
export interface RenderInput {
  readonly photo: Uint8Array;
  /** Undefined: nothing is painted, the photo itself is made larger and crisper. */
  readonly texture: Uint8Array | undefined;
  readonly mask: Uint8Array | undefined;
  readonly repeats: number;
  /** Undefined: no refinement. */
  readonly seed: number | undefined;
}

export const stages = ["segment", "depth", "project", "refine", "composite"] as const;
export type Stage = (typeof stages)[number];

/** Runs one stage with a signal of its own; who gives it says when a stage has lasted too long. */
export type RunStage = <Result>(
  stage: Stage,
  work: (signal: AbortSignal) => Promise<Result>,
) => Promise<Result>;

/** Where regions and light are found: enough for both, and the same time for a photo of any size. */
const workingSide = 640;
/** The result: twice the photo up to here, and never more than a 24 megapixel photo. */
const enlargedSideMax = 4096;
const pixelsMax = 24_000_000;

/**
 * Photo and texture to a picture, as PNG: segment → depth → project → refine → composite.
 *
 * Holds two pictures of the result's size at most, and copies of a bounded size beside them.
 */
export async function render(input: RenderInput, runStage: RunStage): Promise<Buffer> {
  const { photo, texture, mask, repeats, seed } = input;
  const photoSize = await sizeOf(photo);
  const size = resultSize(photoSize);
  let edges: Paintable["edges"] | undefined;
  let painted: Picture;
  if (texture === undefined) {
    painted = await runStage("project", () => decode(photo, size));
  } else {
    const working = await decode(photo, within(photoSize, workingSide));
    const paintable = await runStage("segment", async (signal) =>
      segment(working, mask && (await decodeGrey(mask, working)), signal),
    );
    const shading = await runStage("depth", (signal) => shade(working, paintable.mask, signal));
    painted = await runStage("project", (signal) => project(texture, shading, size, repeats, signal));
    edges = paintable.edges;
  }
  if (seed !== undefined || texture === undefined)
    painted = await runStage("refine", (signal) => refine(painted, seed ?? 0, signal));
  return runStage("composite", (signal) => composite(photo, painted, edges, signal));
}

/** Pure: how large the result of a photo is. */
export function resultSize(photo: Size): Size {
  const longer = Math.max(photo.width, photo.height);
  const enlarged = Math.max(1, Math.min(2, enlargedSideMax / longer));
  const fits = Math.sqrt(pixelsMax / (photo.width * photo.height));
  return scaled(photo, Math.min(enlarged, fits));
}
