import type { TestDatabase } from "./test-database.ts";

/**
 * Tries a change as the owner of the tables and takes it back, whatever comes of it. Resolves to the constraint that
 * refused it, else to what was said.
 */
export async function refusalOf({ query }: Pick<TestDatabase, "query">, change: string): Promise<string> {
  const tried = query(`do $test$ begin ${change}; raise exception 'nothing refused it'; end $test$`);
  const error = await tried.then(
    () => undefined,
    (refusal: { constraint?: string; message: string }) => refusal,
  );
  return error?.constraint ?? error?.message ?? "nothing refused it";
}
