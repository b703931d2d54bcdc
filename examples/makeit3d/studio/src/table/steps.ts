import type {
  Asset,
  Failure,
  GenerationState,
  InputAsset,
  OperationList,
  TaskGeneration,
  TaskTree,
} from "@genbff/client-sdk";
import { isMaskField } from "../composer/file-field.ts";
import { estimate } from "../composer/request.ts";
import { retouchingOf, titleOfOperation } from "../composer/wishes.ts";
import { spelled } from "../shell/words.ts";

/** Start, pictures, models, refined. */
export type Column = 0 | 1 | 2 | 3;
export const columnTitles = ["Start", "Pictures", "Models", "Refined"] as const;

/** One place of a print: what arrived, or why nothing did. */
export interface Frame {
  index: number;
  asset?: Asset;
  failure?: Failure;
  /** Something was made of it. */
  chosen: boolean;
}

/** What a step was made from. */
export interface Origin {
  stepId: string;
  /** "picture 2a", "photo 1". */
  words: string;
}

interface Common {
  id: string;
  /** The number on the print. */
  no: string;
  column: Column;
  title: string;
  state: GenerationState;
  origin?: Origin;
}
/** One thing on the table: an uploaded input, or a generation. */
export type Step =
  | (Common & { kind: "input"; input: InputAsset; chosen: boolean })
  | (Common & {
      kind: "picture" | "model" | "text";
      generation: TaskGeneration;
      frames: Frame[];
      style: string;
      /** What was done to a picture: "Erase". */
      retouching: string;
      prompt: string;
      /** What it costs in whole credits; what was set aside for it. */
      price: number;
    });
export type MadeStep = Exclude<Step, { kind: "input" }>;

/** Lays a task's tree out on the table: numbered in the order in which things came, newest last. */
export function stepsOf(tree: TaskTree, catalogue: OperationList): Step[] {
  const current = withoutRetried(tree.generations);
  const masks = masksOf(tree.generations);
  const things = [
    ...tree.inputs
      .filter((input) => input.status === "complete" && !masks.has(input.input_asset_id))
      .map((input) => ({ at: Date.parse(input.created_at), input, generation: undefined })),
    ...current.map(({ generation, at }) => ({ at, generation, input: undefined })),
  ].sort((a, b) => a.at - b.at);
  const used = new Set(
    current.flatMap(({ generation }) => [
      ...generation.source_asset_ids,
      ...generation.source_input_asset_ids,
    ]),
  );
  const steps = things.map(({ input, generation }, position): Step => {
    const no = String(position + 1);
    return input
      ? inputStep(input, no, used.has(input.input_asset_id))
      : madeStep(generation, no, used, catalogue);
  });
  for (const step of steps) {
    const origin = step.kind === "input" ? undefined : originOf(step, steps);
    if (origin) step.origin = origin;
  }
  return steps;
}

/** What was only marked on a picture: a tool, no print. */
function masksOf(generations: readonly TaskGeneration[]): ReadonlySet<string> {
  return new Set(
    generations.flatMap(({ input }) =>
      Object.entries(input).flatMap(([name, value]) => (isMaskField(name) ? [String(value)] : [])),
    ),
  );
}

/** A generation that was tried again gives its place to the new one. */
function withoutRetried(generations: TaskGeneration[]): { generation: TaskGeneration; at: number }[] {
  const byId = new Map(generations.map((item) => [item.generation_id, item]));
  const retried = new Set(
    generations.flatMap((item) => {
      const before = item.retry_of === null ? undefined : byId.get(item.retry_of);
      return before && before.status !== "complete" ? [before.generation_id] : [];
    }),
  );
  const first = (item: TaskGeneration): TaskGeneration => {
    const before = item.retry_of === null ? undefined : byId.get(item.retry_of);
    return before && retried.has(before.generation_id) ? first(before) : item;
  };
  return generations
    .filter((item) => !retried.has(item.generation_id))
    .map((generation) => ({ generation, at: Date.parse(first(generation).created_at) }));
}

function inputStep(input: InputAsset, no: string, chosen: boolean): Step {
  const model = input.content_type.startsWith("model/");
  return {
    kind: "input",
    id: input.input_asset_id,
    no,
    column: 0,
    title: model ? "Your model" : "Your photo",
    state: "complete",
    input,
    chosen,
  };
}

function madeStep(
  generation: TaskGeneration,
  no: string,
  used: ReadonlySet<string>,
  catalogue: OperationList,
): MadeStep {
  const entry = catalogue.operations.find((item) => item.operation === generation.operation);
  const output = entry?.output ?? (generation.operation.endsWith("model") ? "model" : "image");
  const kind = output === "image" || output === "vector" ? "picture" : output === "model" ? "model" : "text";
  // Words are no files: nothing lies in a frame, and nothing is missing from one.
  const frames = kind === "text" ? [] : framesOf(generation, used);
  const style = String(generation.input.style ?? "");
  return {
    kind,
    id: generation.generation_id,
    no,
    column: kind === "model" ? (generation.operation === "refine-model" ? 3 : 2) : 1,
    title: titleOf(generation, kind, frames.length, catalogue),
    state: generation.status,
    generation,
    frames,
    style: catalogue.styles.find((item) => item.style === style)?.title ?? "",
    retouching: retouchingOf(generation.operation),
    prompt: String(generation.input.prompt ?? ""),
    price: entry ? estimate(entry, { ...generation.input, provider: generation.provider }) : 0,
  };
}

function framesOf(generation: TaskGeneration, used: ReadonlySet<string>): Frame[] {
  const asked = Number(generation.input.n ?? 1) || 1;
  const count = Math.max(asked, generation.assets.length + generation.failures.length);
  return Array.from({ length: count }, (_, index) => {
    const asset = generation.assets.find((item) => item.index === index);
    const failure = generation.failures.find((item) => item.index === index);
    return {
      index,
      ...(asset ? { asset } : {}),
      ...(failure ? { failure } : {}),
      chosen: asset !== undefined && used.has(asset.asset_id),
    };
  });
}

function titleOf(
  generation: TaskGeneration,
  kind: MadeStep["kind"],
  count: number,
  catalogue: OperationList,
): string {
  if (kind === "picture") return spelled(count, "picture");
  if (generation.operation === "refine-model") return "Refined";
  if (kind === "text") return titleOfOperation(generation.operation, catalogue.operations) ?? "Something";
  return catalogue.operations.some((item) => item.operation === "refine-model") ? "Draft model" : "3D model";
}

/** "2a" where several lie on one print, "2" where it is alone. */
export function frameName(step: Step, index: number): string {
  return step.kind !== "input" && step.frames.length > 1 ? `${step.no}${"abcdefghij"[index] ?? ""}` : step.no;
}

function originOf(step: MadeStep, steps: readonly Step[]): Origin | undefined {
  const { source_asset_ids, source_input_asset_ids, parent_generation_id } = step.generation;
  for (const other of steps) {
    if (other.kind === "input") {
      if (!source_input_asset_ids.includes(other.id)) continue;
      return { stepId: other.id, words: `${other.title.replace("Your ", "")} ${other.no}` };
    }
    const frame = other.frames.find((item) => item.asset && source_asset_ids.includes(item.asset.asset_id));
    if (!frame && other.id !== parent_generation_id) continue;
    const word = other.kind === "model" ? (other.title === "Draft model" ? "draft" : "model") : "picture";
    return { stepId: other.id, words: `${word} ${frame ? frameName(other, frame.index) : other.no}` };
  }
  return undefined;
}

/** A name for a piece of work: its first words, else what lies on it. */
export function tableTitle(steps: readonly Step[]): string {
  const told = steps.filter((step) => step.kind !== "input").filter((step) => step.prompt !== "");
  // What came to nothing should not name the table for ever.
  const naming = told.find((step) => step.state !== "failed" && step.state !== "cancelled") ?? told[0];
  if (naming) return shortened(naming.prompt);
  const input = steps.find((step) => step.kind === "input");
  if (input?.kind === "input" && input.input.filename)
    return shortened(input.input.filename.replace(/\.\w+$/, "").replaceAll(/[_-]+/g, " "));
  return "Your table";
}

function shortened(text: string): string {
  const clean = text.trim().replaceAll(/\s+/g, " ");
  const start = clean.split(/[,.;:–—]/)[0]?.trim() || clean;
  const words = start.length <= 44 ? start : `${start.slice(0, 44).replace(/\s+\S*$/, "")}…`;
  return words.charAt(0).toUpperCase() + words.slice(1);
}
