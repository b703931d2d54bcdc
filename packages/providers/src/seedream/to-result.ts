import type { ProviderAnswer, ProviderFailure, ProviderOutput } from "@genbff/core";
import { allFailed, failureCode, hiddenError, lostAnswer } from "./errors.ts";
import {
  answerSchema,
  errorSchema,
  type SeedreamItem,
  type SeedreamRefusal,
  type SeedreamUsage,
} from "./wire.ts";

/** What came of one call. */
export interface SeedreamPictures {
  /** By the place of the picture in its series. */
  readonly items: ReadonlyMap<number, SeedreamItem>;
  readonly usage: SeedreamUsage;
  /** Why a picture of which nothing was said will not come. */
  readonly missing: ProviderFailure["code"];
}

/**
 * A whole answer, as outputs and failures.
 *
 * @throws ProviderError - what `toOutputs` says, or a refusal under status 200.
 */
export function toResult(body: unknown, headers: Headers, outputsMax: number): ProviderAnswer {
  const answer = answerSchema.safeParse(body).data;
  if (answer === undefined) {
    const hidden = errorSchema.safeParse(body).data;
    throw hidden === undefined
      ? lostAnswer("the answer holds no pictures")
      : hiddenError(hidden.error, headers);
  }
  const items = new Map(answer.data.entries());
  return toOutputs({ items, usage: answer.usage, missing: "provider_failed" }, outputsMax);
}

/**
 * Pictures as outputs, and a reason for each that was asked for and did not come out. Never more than were priced.
 *
 * @throws ProviderError - there is none: `content_rejected` or `provider_failed` where the vendor says why, or that it
 * bills none; else `submission_unknown`.
 */
export function toOutputs({ items, usage, missing }: SeedreamPictures, outputsMax: number): ProviderAnswer {
  const outputs: ProviderOutput[] = [];
  const failures: ProviderFailure[] = [];
  const errors: SeedreamRefusal[] = [];
  for (let index = 0; index < outputsMax; index++) {
    const { url, error } = items.get(index) ?? {};
    if (url !== undefined && isWebUrl(url)) outputs.push({ index, source: { url } });
    else failures.push({ index, code: error === undefined ? missing : failureCode(error) });
    if (error !== undefined) errors.push(error);
  }
  if (outputs.length === 0) {
    // A series that broke off may have gone on and be billed, whatever was said of its first pictures.
    const open = missing === "output_unavailable" && errors.length < outputsMax;
    const isTold = errors.length > 0 && [...items.values()].every(({ error }) => error !== undefined);
    const billed = usage?.generated_images;
    const isSettled = billed === 0 || (billed === undefined && isTold);
    if (isSettled && !open) throw allFailed(errors);
    throw lostAnswer("the answer holds no picture", billed);
  }
  // Pictures that came out are what is billed; also those that nobody has asked for.
  const came = [...items.values()].filter(({ url }) => url !== undefined).length;
  const amount = usage?.generated_images ?? came;
  return { state: "done", outputs, failures, cost: { unit: "images", amount } };
}

function isWebUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
