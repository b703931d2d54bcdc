import type { ResolvedInput } from "../assets/resolve-input.ts";
import type { BffContext } from "../context.ts";
import { AppError } from "../errors/app-error.ts";
import type { JsonObject } from "../shared/json.ts";
import type { ReadRequest } from "./read-request.ts";

/** A request that is otherwise good, as `hooks.moderate` sees it. */
export interface RequestToModerate {
  readonly userId: string;
  readonly operation: string;
  /** Its public key. */
  readonly provider: string;
  /** Validated, with defaults filled in; the words are `input.prompt`. */
  readonly input: JsonObject;
  /** The files it names, which are stored and were looked at. */
  readonly files: readonly {
    readonly field: string;
    readonly contentType: string;
    readonly bytes: number;
    readonly sha256: string;
    /** Reads it from storage. Read it to its end or cancel it. */
    open(): Promise<ReadableStream<Uint8Array>>;
  }[];
}

/**
 * Asks the team whether a request may be made, before anything is held or bought. Without the hook everything may.
 *
 * @throws AppError `content_rejected` - it may not.
 * @throws AppError `unavailable` - the hook failed: what nobody has looked at is not made.
 */
export async function moderate(
  { hooks, storage, logger }: Pick<BffContext, "hooks" | "storage" | "logger">,
  request: ReadRequest & { readonly userId: string; readonly files: readonly ResolvedInput[] },
): Promise<void> {
  if (hooks.moderate === undefined) return;
  const { userId, offer, input } = request;
  const files = request.files.map(
    ({ field, content_type: contentType, bytes, sha256, storage_key: key }) => ({
      field,
      contentType,
      bytes,
      sha256,
      async open() {
        const stored = await storage.open(key);
        if (stored === null) throw new Error("the file is gone");
        return stored.stream;
      },
    }),
  );
  let allowed: boolean;
  try {
    const [operation, provider] = [offer.operation.name, offer.providerKey];
    allowed = await hooks.moderate({ userId, operation, provider, input, files });
  } catch (error) {
    logger.error({ error }, "hooks.moderate failed, and the request was refused");
    throw new AppError("unavailable", { cause: error });
  }
  if (!allowed) throw new AppError("content_rejected");
}
