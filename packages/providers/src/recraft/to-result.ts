import { type ProviderAnswer, ProviderError, type ProviderFailure, type ProviderOutput } from "@genbff/core";
import type { RecraftEndpoint } from "./models.ts";
import { answerSchema } from "./wire.ts";

/**
 * The pictures of an answer, by their links. Where fewer came than were asked for, each missing one is a failure; what
 * came beyond them is not delivered.
 *
 * @throws ProviderError `submission_unknown` - there is not one picture in it.
 */
export function toResult(body: unknown, endpoint: RecraftEndpoint, outputsMax: number): ProviderAnswer {
  const answer = answerSchema.safeParse(body).data ?? {};
  const cost = answer.credits === undefined ? undefined : { unit: "units", amount: answer.credits };
  const images = endpoint.answer === "list" ? (answer.data ?? []) : [answer.image];
  const outputs: ProviderOutput[] = [];
  const failures: ProviderFailure[] = [];
  for (let index = 0; index < outputsMax; index++) {
    const url = images[index]?.url;
    if (url !== undefined && isWebUrl(url)) outputs.push({ index, source: { url } });
    else failures.push({ index, code: "provider_failed" });
  }
  if (outputs.length === 0) {
    throw new ProviderError("submission_unknown", {
      outcome: "unknown",
      message: "recraft: the answer holds no picture",
      cost,
    });
  }
  return {
    state: "done",
    outputs,
    ...(failures.length === 0 ? {} : { failures }),
    ...(cost === undefined ? {} : { cost }),
  };
}

function isWebUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
