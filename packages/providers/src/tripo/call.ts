import type { ProviderError } from "@genbff/core";
import type { Http, HttpCall } from "../shared/http.ts";
import { readErrorBody, readJson } from "../shared/read-json.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { isTaskNotFound, tripoError } from "./errors.ts";
import { envelopeSchema } from "./wire.ts";

/** What came back: the data of the envelope, or why there is none. */
export type TripoAnswer =
  | { readonly ok: true; readonly data: unknown; readonly headers: Headers }
  | {
      readonly ok: false;
      readonly error: ProviderError;
      readonly notFound: boolean;
      readonly headers: Headers;
    };

/**
 * Calls the vendor and opens the envelope.
 *
 * @throws ProviderError - no answer, or one without an envelope: `unknown` for a submission, else `not_sent`.
 */
export async function callTripo(http: Http, call: HttpCall): Promise<TripoAnswer> {
  const answer = await http(call);
  const { status, headers, ok } = answer;
  const body = ok ? await readJson(answer) : await readErrorBody(answer);
  const envelope = envelopeSchema.safeParse(body);
  if (ok && !envelope.success) throw brokenCall({ ...answer.call, why: "the answer has no envelope" });
  if (ok && envelope.data?.code === 0) return { ok: true, data: envelope.data.data, headers };
  const error = tripoError({ purpose: call.purpose, status, headers, body });
  return { ok: false, error, notFound: isTaskNotFound(status, body), headers };
}
