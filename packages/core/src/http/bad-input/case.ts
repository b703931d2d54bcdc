import type { ErrorCode } from "../../contract/error-codes.ts";
import type { HostRequest } from "../../testing/host-request.ts";

/** A request that must be refused, and how. Add a line: every host runs it. */
export interface BadInputCase {
  readonly name: string;
  readonly request: HostRequest;
  readonly status: number;
  readonly code: ErrorCode;
  /** Where `details.issues` must point, if it matters. */
  readonly pointer?: string;
  /** What `details.field` must say, if it matters. */
  readonly field?: string;
  /** A body parser in front of us answers these itself, or forgives them. */
  readonly hiddenByBodyParser?: true;
}

/** An id that nobody has. */
export const unknownId = "00000000-0000-4000-8000-000000000000";
/** A generate request that would be taken. */
export const good = { task_id: "bad", prompt: "a cat" };
/** Pictures from words. */
export const generate = "/generate/text-to-image";
/** A picture from a picture. */
export const restyle = "/generate/image-to-image";
/** A form of these entries. */
export const form =
  (entries: Record<string, string | Blob>): (() => FormData) =>
  () => {
    const data = new FormData();
    for (const [name, value] of Object.entries(entries)) data.append(name, value);
    return data;
  };
