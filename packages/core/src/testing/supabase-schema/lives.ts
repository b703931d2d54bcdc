import type { Book, Claimed } from "../generations/book.ts";

/** A worker takes this generation. */
export async function processing(book: Book, id: string): Promise<Claimed> {
  for (;;) {
    const claimed = await book.claim();
    if (claimed === undefined) throw new Error(`generation ${id} does not wait`);
    if (claimed.id === id) return claimed;
  }
}

/** The way to its end. */
export async function ended(book: Book, claimed: Claimed, how: "complete" | "failed"): Promise<void> {
  await book.intent(claimed);
  await (how === "complete" ? book.finish(claimed) : book.fail(claimed));
}
