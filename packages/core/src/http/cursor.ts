import { validationFailed } from "../errors/validation-failed.ts";
import type { JsonObject, JsonValue } from "../shared/json.ts";
import type { SignedText } from "../shared/signed-text.ts";

/** Whose page of which list: a cursor is good for nothing else. */
export interface ListOwner {
  readonly list: "tasks" | "history" | "given_up_webhooks";
  readonly userId: string;
}

const purposeOf = ({ list, userId }: ListOwner) => `cursor ${list} ${userId}`;

/**
 * The row after which the page begins; null at the beginning.
 *
 * @throws AppError `validation_failed` - made for another list or user, or not made here.
 */
export async function readCursor(
  signedText: SignedText,
  owner: ListOwner,
  cursor: string | undefined,
): Promise<JsonValue> {
  if (cursor === undefined) return null;
  const row = await signedText.verify(purposeOf(owner), cursor);
  if (row === undefined)
    throw validationFailed([{ pointer: "/cursor", message: "Not a cursor of this list." }]);
  return row;
}

/**
 * One page and the cursor of the next.
 *
 * `rows` are one more than `limit` where there is a next page; `positionOf` is what the list is ordered by.
 */
export async function pageOf<Row, Item>(
  signedText: SignedText,
  owner: ListOwner,
  page: {
    rows: readonly Row[];
    limit: number;
    positionOf: (row: Row) => JsonObject;
    show: (row: Row) => Item;
  },
): Promise<{ items: Item[]; next_cursor: string | null }> {
  const shown = page.rows.slice(0, page.limit);
  const last = shown.at(-1);
  const more = last !== undefined && page.rows.length > page.limit;
  return {
    items: shown.map(page.show),
    next_cursor: more ? await signedText.sign(purposeOf(owner), page.positionOf(last)) : null,
  };
}
