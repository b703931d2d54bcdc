import * as z from "zod";

/** Opaque, and bound to the user and the list it came from. */
export const cursor = z.string().min(1).max(512);

/** One page of a list, newest first. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next_cursor: z.string().nullable().meta({ description: "null on the last page." }),
  });
}
