import type { TestDatabase } from "../embedded/test-database.ts";

/** As much time passes as dead workers have left, on every generation or on one. */
export async function expireLeases(
  test: Pick<TestDatabase, "query">,
  id: string | null = null,
): Promise<void> {
  await test.query(
    `update genbff.generations set lease_expires_at = genbff.now()
      where lease_expires_at is not null and id = coalesce($1, id)`,
    [id],
  );
}
