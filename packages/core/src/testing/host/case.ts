import type { ErrorCode } from "../../contract/error-codes.ts";
import type { HostRequest } from "../host-request.ts";

/**
 * A request, and what every host must answer it. Add a line: every host plays it.
 *
 * Texts may hold words in double braces. `{{task}}` is a task_id of this play's own; `{{stage.…}}` is what was made
 * before all cases, and belongs to the user `stage`; `{{first.…}}` is a field of an answer of `given`.
 */
export interface HostCase {
  readonly name: string;
  /** Asked before it, in this order. Each must succeed. */
  readonly given?: Readonly<Record<string, HostRequest>>;
  /** `as` is a user of this play's own, but for `stage` and `mallory`. A path of the BFF's own links may begin with `/api`. */
  readonly request: HostRequest;
  /** Written by hand, as all that follows: what `bff.fetch` itself answers is only then a reference. */
  readonly status: number;
  readonly code?: ErrorCode;
  /** Where `details.issues` must point. */
  readonly pointer?: string;
  /** What must be among the headers; null: is not there. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** What must be in the body: fields of JSON, a text in anything else. */
  readonly body?: object | string;
  /** Of a stream that stays open so many events are read. */
  readonly events?: number;
  /** A body parser in front of us answers these itself, or forgives them. */
  readonly hiddenByBodyParser?: true;
}

/** A case without a body or a user of its own. */
export function get(
  name: string,
  path: string,
  status: number,
  more: Omit<Partial<HostCase>, "request"> & { readonly request?: Partial<HostRequest> } = {},
): HostCase {
  const { request, ...rest } = more;
  return { name, status, ...rest, request: { path, as: "stage", ...request } };
}
