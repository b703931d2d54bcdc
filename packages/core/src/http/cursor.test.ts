import { expect, it } from "vitest";
import { createSignedText } from "../shared/signed-text.ts";
import { type ListOwner, pageOf, readCursor } from "./cursor.ts";

const signedText = createSignedText("a secret of at least thirty-two letters");
const adas: ListOwner = { list: "tasks", userId: "ada" };
const page = (rows: readonly number[], limit: number) =>
  pageOf(signedText, adas, { rows, limit, positionOf: (id) => ({ id }), show: (id) => id });

it("leads from one page to the next, and no further than the last", async () => {
  expect(await readCursor(signedText, adas, undefined)).toBeNull();
  const first = await page([1, 2, 3], 2);
  expect(first.items).toEqual([1, 2]);
  expect(await readCursor(signedText, adas, first.next_cursor ?? "")).toEqual({ id: 2 });
  expect(await page([3], 2)).toEqual({ items: [3], next_cursor: null });
  expect(await page([], 2)).toEqual({ items: [], next_cursor: null });
});

it("is good for its own list and user, as it was made, and for nothing else", async () => {
  const cursor = (await page([1, 2], 1)).next_cursor ?? "";
  const [position = "", signature = ""] = cursor.split(".");
  const refused = { code: "validation_failed" };
  await expect(readCursor(signedText, { ...adas, userId: "bob" }, cursor)).rejects.toMatchObject(refused);
  await expect(readCursor(signedText, { ...adas, list: "history" }, cursor)).rejects.toMatchObject(refused);
  for (const bent of [
    "",
    "x",
    position,
    `${btoa('{"id":9}')}.${signature}`,
    `${cursor}.`,
    `${position}.AAAA`,
  ])
    await expect(readCursor(signedText, adas, bent), bent).rejects.toMatchObject(refused);
});
