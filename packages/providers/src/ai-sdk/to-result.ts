import {
  type Logger,
  type ProviderAnswer,
  ProviderError,
  type ProviderErrorOptions,
  type ProviderFailure,
  type ProviderOutput,
} from "@genbff/core";
import { createBase64Decoder } from "../shared/base64-decoder.ts";
import { slug } from "../shared/status-error.ts";
import type { AiSdkImageModel, AiSdkResult } from "./model.ts";

const pieceLength = 48_000;
/** Settings of the SDK that a model may leave out with no more than a warning. */
const notable = ["size", "aspectRatio", "seed"];
/** Words with which vendors say, in their metadata, that a filter withheld the picture. */
const filterWords = /safety|prohibited|blocklist|recitation|spii|content_?filter|moderat|nsfw/i;

/** What a model answered, as outputs; never more than were asked for. */
export function toResult(
  result: AiSdkResult,
  { model, outputs: wanted, logger }: { model: AiSdkImageModel; outputs: number; logger: Logger },
): ProviderAnswer {
  const tokens = result.usage?.totalTokens;
  const cost = typeof tokens === "number" ? { unit: "tokens", amount: tokens } : undefined;
  const ignored = readWarnings(result, model, logger);
  if (ignored.some((name) => name === "mask" || name === "files")) {
    // What was asked for is not in the picture: it is not sold as if it were.
    return refused("provider_failed", "the model left out the picture or its mask", { cost, operator: true });
  }
  const seen = (result.images as readonly (string | Uint8Array)[]).slice(0, wanted);
  const withheld = new Set(seen.flatMap((_, index) => (isWithheld(result, index) ? [index] : [])));
  if (seen.length === withheld.size) {
    return isModerated(result.providerMetadata) || withheld.size > 0
      ? refused("content_rejected", "a filter withheld the picture", { cost, details: { stage: "output" } })
      : refused("provider_failed", "the answer holds no picture", { cost });
  }
  const outputs: ProviderOutput[] = [];
  const failures: ProviderFailure[] = [];
  const noted = ignored.filter((name) => notable.includes(name));
  for (const [index, image] of seen.entries()) {
    if (withheld.has(index)) failures.push({ index, code: "content_rejected" });
    else outputs.push({ index, source: { stream: streamOf(image) }, ...metadataOf(noted) });
  }
  const code = isModerated(result.providerMetadata) ? "content_rejected" : "provider_failed";
  for (let index = seen.length; index < wanted; index++) failures.push({ index, code });
  return {
    state: "done",
    outputs,
    ...(failures.length === 0 ? {} : { failures }),
    ...(cost === undefined ? {} : { cost }),
  };
}

/** A setting that cannot be honoured is a warning at the SDK, not an error: it is logged, and noted with the picture. */
function readWarnings({ warnings }: AiSdkResult, model: AiSdkImageModel, logger: Logger): string[] {
  const ignored: string[] = [];
  for (const { type, feature, setting } of warnings ?? []) {
    const name = slug(feature ?? setting) ?? "unnamed";
    logger.warn(
      { provider: "ai-sdk", model: slug(model.modelId), type: slug(type), setting: name },
      "a model warned",
    );
    if (type === "unsupported") ignored.push(name);
  }
  return ignored;
}

function metadataOf(ignored: readonly string[]) {
  return ignored.length === 0 ? {} : { metadata: { not_honoured: [...ignored] } };
}

/** The flag of one picture, e.g. `providerMetadata.fal.images[0].nsfw`. */
function isWithheld({ providerMetadata }: AiSdkResult, index: number): boolean {
  return Object.values(providerMetadata ?? {}).some((vendor) => {
    const images = (vendor as { images?: unknown } | null)?.images;
    const image = Array.isArray(images) ? (images[index] as { nsfw?: unknown } | null) : undefined;
    return image?.nsfw === true;
  });
}

/** A reason such as `finishReason: "IMAGE_SAFETY"`, anywhere near the top of a vendor's metadata. */
function isModerated(metadata: unknown, depth = 0): boolean {
  if (typeof metadata !== "object" || metadata === null || depth > 4) return false;
  return Object.entries(metadata).some(
    ([name, value]) =>
      (typeof value === "string" && /reason|code|status/i.test(name) && filterWords.test(value)) ||
      isModerated(value, depth + 1),
  );
}

/** The picture, piece by piece. The SDK has it whole in memory; no second copy is made of it. */
function streamOf(image: string | Uint8Array): ReadableStream<Uint8Array> {
  const decoder = createBase64Decoder();
  const encoder = new TextEncoder();
  const pieceAt = (from: number) =>
    typeof image === "string"
      ? decoder.write(encoder.encode(image.slice(from, from + pieceLength)))
      : image.subarray(from, from + pieceLength);
  let at = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        try {
          // White space alone decodes to nothing: a pull must bring a piece or the end.
          for (; at < image.length; at += pieceLength) {
            const piece = pieceAt(at);
            if (piece.length === 0) continue;
            at += pieceLength;
            return controller.enqueue(piece);
          }
          if (typeof image === "string") decoder.end();
          controller.close();
        } catch (error) {
          throw error instanceof SyntaxError ? lostPicture() : error;
        }
      },
    },
    { highWaterMark: 0 },
  );
}

function lostPicture(): ProviderError {
  const message = "ai-sdk: a picture is not base64";
  return new ProviderError("submission_unknown", { outcome: "unknown", message });
}

function refused(
  code: "provider_failed" | "content_rejected",
  why: string,
  more: Pick<ProviderErrorOptions, "cost" | "details" | "operator">,
): ProviderAnswer {
  const error = new ProviderError(code, { outcome: "failed", message: `ai-sdk: ${why}`, ...more });
  return { state: "refused", error };
}
