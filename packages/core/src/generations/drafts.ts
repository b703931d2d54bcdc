import type { BffContext } from "../context.ts";
import { AppError } from "../errors/app-error.ts";
import { validationFailed } from "../errors/validation-failed.ts";
import type { Offer } from "../operations/catalogue.ts";
import type { JobReference } from "../providers/port.ts";
import type { JsonObject } from "../shared/json.ts";
import type { GenerationDraft } from "./work-order.ts";

/** A generation of the user, as far as it can be worked on. */
export interface FoundDraft {
  readonly generation_id: string;
  readonly operation: string;
  readonly provider: string;
  readonly status: string;
  readonly job: JobReference | null;
}

/** One that a field names. */
export interface NamedDraft extends FoundDraft {
  readonly field: string;
}

/** The fields of a request that may name drafts, and who asks. */
export interface DraftsToFind {
  readonly userId: string;
  readonly operation: string;
  readonly fields: JsonObject;
  readonly parent?: FoundDraft;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Finds the generations that a request works on. What is no id at all is left to the schema.
 *
 * @throws AppError `not_found` - no such generation, or another user's.
 */
export async function findDrafts(context: BffContext, request: DraftsToFind): Promise<NamedDraft[]> {
  const { fields, parent } = request;
  const entry = context.catalogue.list().find(({ operation }) => operation.name === request.operation);
  const named = (entry?.operation.drafts ?? []).flatMap((field) => {
    const id = fields[field];
    return typeof id === "string" && uuid.test(id) ? [{ field, id: id.toLowerCase() }] : [];
  });
  const foreign = named.filter(({ id }) => id !== parent?.generation_id);
  const rows =
    foreign.length === 0
      ? []
      : await context.database.call("genbff_find_drafts", {
          p_user_id: request.userId,
          p_ids: foreign.map(({ id }) => id),
        });
  const found = [...(rows as unknown as FoundDraft[]), ...(parent === undefined ? [] : [parent])];
  return named.map(({ field, id }) => {
    const draft = found.find(({ generation_id }) => generation_id === id);
    if (draft === undefined) throw new AppError("not_found");
    return { ...draft, field };
  });
}

/**
 * Who made the drafts, and so who is asked where the request names nobody.
 *
 * @throws AppError `validation_failed` - its provider does not offer the operation.
 */
export function providerOf(
  context: BffContext,
  { operation }: { readonly operation: string },
  drafts: readonly NamedDraft[],
): string | undefined {
  const [first] = drafts;
  if (first !== undefined && context.catalogue.find(operation, first.provider) === undefined)
    throw refused(first, "Whoever made it cannot do this.");
  return first?.provider;
}

/**
 * What is kept of the drafts with the generation.
 *
 * @throws AppError `validation_failed` - one is not complete, was made by somebody else, or names no job.
 */
export function usableDrafts(offer: Offer, drafts: readonly NamedDraft[]): GenerationDraft[] {
  return drafts.map((draft) => {
    const { field, generation_id, operation, job } = draft;
    if (draft.status !== "complete") throw refused(draft, "It is not complete.");
    if (draft.provider !== offer.providerKey) throw refused(draft, "It was made by another provider.");
    if (job === null) throw refused(draft, "Its provider keeps nothing of it.");
    return { field, generation_id, operation, job };
  });
}

function refused({ field }: NamedDraft, message: string): AppError {
  return validationFailed([{ pointer: `/${field}`, message }]);
}
