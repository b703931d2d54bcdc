import { isRecord } from "../../faults/json.ts";
import { UnreadableBody } from "../../request.ts";
import { type Failure, plainFailure, Refusal, requestFailure } from "./failure.ts";

/** How this vendor speaks. */
export interface Answers {
  failure(failure: Failure, headers?: Record<string, string>): Response;
  /** The JSON of a failure, without its HTTP status. */
  body(failure: Failure): unknown;
  /** A text of the vendor's own, with the canary in it. */
  said(text: string): string;
  /** What an exception inside a route means to the buyer. */
  from(error: unknown): Failure;
}

/** Makes them; the canary goes where the vendor's own words would be. */
export function createAnswers(canary: string | undefined): Answers {
  const said = (text: string) => (canary === undefined ? text : `${text} (${canary})`);
  const body = ({ detail, error_type }: Failure) => ({
    detail: typeof detail === "string" ? said(detail) : detail.map((one) => ({ ...one, msg: said(one.msg) })),
    ...(error_type === undefined ? {} : { error_type }),
  });
  return {
    said,
    body,
    failure: (failure, headers = {}) =>
      Response.json(body(failure), { status: failure.status, headers: { ...failure.headers, ...headers } }),
    from(error) {
      if (error instanceof Refusal) return error.failure;
      if (error instanceof UnreadableBody)
        return requestFailure("bad_request", "Invalid JSON in the request");
      return plainFailure(500, `The simulator failed: ${error instanceof Error ? error.stack : error}`);
    },
  };
}

/** The fields of a JSON body that may be anything. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
