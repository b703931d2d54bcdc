import { randomUUID } from "node:crypto";
import type { World } from "../vendor.ts";
import type { Model } from "./models.ts";
import { type Tokens, usageMetadata } from "./usage.ts";

/** A piece of an answer. */
export interface Part {
  readonly text?: string;
  readonly inlineData?: { readonly mimeType: string; readonly data: string };
  readonly thought?: true;
  readonly thoughtSignature?: string;
}

/** One answer of the model. */
export interface Candidate {
  /** Undefined where the vendor leaves `content` out, as it does for what it blocks. */
  readonly parts: readonly Part[] | undefined;
  readonly finishReason: string;
  readonly finishMessage?: string;
  readonly safetyRatings?: readonly object[];
}

/** What was made of a request. */
export interface Outcome {
  readonly candidates: readonly Candidate[];
  readonly tokens: Tokens;
}

/** Writes answers of one model; all pieces of one stream have the same id. */
export interface Answers {
  readonly id: string;
  whole(outcome: Outcome): Record<string, unknown>;
  /** The same in pieces: one for each part, texts cut in two; the last one ends and counts. */
  pieces(outcome: Outcome): Record<string, unknown>[];
  /** Puts on any body what every answer carries. */
  signed(body: Record<string, unknown>): Record<string, unknown>;
}

/** Makes the answers to one request. `modelVersion` is the model that answered, not the id that was asked for. */
export function createAnswers(world: World, model: Model | undefined): Answers {
  const { canary } = world.settings;
  const id = `${canary === undefined ? "" : `${canary}-`}${randomUUID().replaceAll("-", "").slice(0, 22)}`;
  const retires = model?.kind === "text" ? model.retires : undefined;
  const status = retires && {
    message: `This model will be retired on ${retires.on}.`,
    modelStage: "DEPRECATED",
    retirementTime: `${retires.on}T00:00:00Z`,
  };
  const signed = (body: Record<string, unknown>) => ({
    ...body,
    ...(model ? { modelVersion: model.id } : {}),
    ...(status ? { modelStatus: status } : {}),
    responseId: id,
  });
  const written = ({ parts, ...end }: Candidate, index: number) => ({
    ...(parts ? { content: { role: "model", parts } } : {}),
    ...end,
    index,
  });
  return {
    id,
    signed,
    whole: ({ candidates, tokens }) =>
      signed({
        // A list of nothing is left out, as everywhere in this vendor's JSON.
        ...(candidates.length > 0 ? { candidates: candidates.map(written) } : {}),
        usageMetadata: usageMetadata(tokens),
      }),
    pieces({ candidates, tokens }) {
      const bodies = candidates.flatMap(({ parts = [], ...end }, index) => [
        ...parts
          .flatMap(halved)
          .map((part) => signed({ candidates: [{ content: { role: "model", parts: [part] }, index }] })),
        signed({ candidates: [{ ...end, index }], usageMetadata: usageMetadata(tokens) }),
      ]);
      return bodies.length > 0 ? bodies : [signed({ usageMetadata: usageMetadata(tokens) })];
    },
  };
}

function halved(part: Part): Part[] {
  const { text } = part;
  if (text === undefined || text.length < 2) return [part];
  const middle = Math.ceil(text.length / 2);
  return [
    { ...part, text: text.slice(0, middle) },
    { ...part, text: text.slice(middle) },
  ];
}
