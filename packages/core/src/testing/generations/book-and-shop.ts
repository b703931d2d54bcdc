import { afterEach, beforeEach, expect } from "vitest";
import { createTestDatabase, type TestDatabase } from "../embedded/test-database.ts";
import { type Book, openBook } from "./book.ts";
import { openScriptedShop, type Shop, type Stock } from "./scripted-shop.ts";

/** A database for each test: its functions by hand, and processes on it where a test opens a shop. */
export interface BookAndShop {
  /** The present test's. */
  readonly test: Pick<TestDatabase, "url" | "database" | "query">;
  readonly book: Book;
  /** Closed after the test. */
  openShop(stock: Stock): Promise<Shop>;
}

/** Makes a new one before each test of the file, and asks for broken promises after it. */
export function bookAndShop(): BookAndShop {
  let current: TestDatabase;
  let shop: Shop | undefined;
  beforeEach(async () => {
    current = await createTestDatabase();
  });
  afterEach(async () => {
    await shop?.close();
    shop = undefined;
    expect(await book.violations()).toEqual([]);
    await current.close();
  });
  const test: BookAndShop["test"] = {
    get url() {
      return current.url;
    },
    get database() {
      return current.database;
    },
    query: (text, values) => current.query(text, values),
  };
  const book = openBook({
    database: {
      call: (name, args) => current.database.call(name, args),
      close: () => current.database.close(),
    },
  });
  return {
    test,
    book,
    async openShop(stock) {
      shop = await openScriptedShop(current, stock);
      return shop;
    },
  };
}
