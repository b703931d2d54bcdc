import type { Http, HttpCall } from "../shared/http.ts";
import { readErrorBody, readJson } from "../shared/read-json.ts";
import { replicateError } from "./errors.ts";

/** What came back: the parsed body, or why there is none. */
export type ReplicateAnswer =
  | { readonly ok: true; readonly body: unknown; readonly headers: Headers }
  | {
      readonly ok: false;
      readonly error: ReturnType<typeof replicateError>;
      readonly status: number;
      readonly headers: Headers;
    };

/** Calls the vendor. @throws ProviderError - no answer, or one that is no JSON: `unknown` for a submission, else `not_sent`. */
export async function callReplicate(http: Http, call: HttpCall): Promise<ReplicateAnswer> {
  const answer = await http(call);
  const { status, headers } = answer;
  if (answer.ok) return { ok: true, body: await readJson(answer), headers };
  const body = await readErrorBody(answer);
  const error = replicateError({ purpose: call.purpose, status, headers, body });
  return { ok: false, error, status, headers };
}
