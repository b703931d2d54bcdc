import type { Database } from "../database/port.ts";
import { validationFailed } from "../errors/validation-failed.ts";
import type { LedgerMovement, MovementPage } from "./ledger-types.ts";

/** Where a page ends. Times keep the database's microseconds. */
interface Position {
  readonly created_at: string;
  readonly id: string;
}

interface MovementRow extends Position {
  readonly kind: LedgerMovement["kind"];
  readonly amount: number;
  readonly balance_after: number | null;
  readonly reason: string | null;
  readonly generation_id: string | null;
  readonly task_id: string | null;
  readonly operation: string | null;
}

/** `Ledger.history`, where it is described. */
export async function historyOf(
  database: Database,
  walletId: string,
  { limit = 50, cursor }: { limit?: number; cursor?: string },
): Promise<MovementPage> {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw validationFailed([{ pointer: "/limit", message: "A whole number from 1 to 1000." }]);
  const before = cursor === undefined ? null : { ...readCursor(cursor) };
  // One more than was asked for, where there is a next page.
  const rows = (await database.call("genbff_history", {
    p_wallet_id: walletId,
    p_limit: limit,
    p_before: before,
  })) as unknown as MovementRow[];
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    movements: shown.map(toMovement),
    nextCursor: rows.length > limit && last !== undefined ? writeCursor(last) : null,
  };
}

function toMovement(row: MovementRow): LedgerMovement {
  return {
    id: row.id,
    kind: row.kind,
    amount: row.amount,
    balanceAfter: row.balance_after,
    reason: row.reason,
    generationId: row.generation_id,
    taskId: row.task_id,
    operation: row.operation,
    createdAt: new Date(row.created_at),
  };
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/;
const movementId = /^(\d{1,19}|(hold|release)_[0-9a-f-]{36})$/;

function writeCursor({ created_at, id }: Position): string {
  return btoa(`${created_at} ${id}`);
}

function readCursor(cursor: string): Position {
  const [created_at = "", id = "", ...more] = decoded(cursor).split(" ");
  if (
    more.length > 0 ||
    !time.test(created_at) ||
    Number.isNaN(Date.parse(created_at)) ||
    !movementId.test(id)
  )
    throw validationFailed([{ pointer: "/cursor", message: "Not a cursor of a history." }]);
  return { created_at, id };
}

function decoded(text: string): string {
  try {
    return atob(text);
  } catch {
    return ""; // not base64: as wrong as any other text that is no cursor
  }
}
