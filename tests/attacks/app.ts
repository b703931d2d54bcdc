import type { TestDatabase } from "../../packages/core/src/testing/embedded/test-database.ts";
import type { Vendor } from "./vendor.ts";

/** What a customer sees of a picture that was ordered. */
export interface Picture {
  readonly ended: boolean;
  /** Where it can be seen, once it is there. */
  readonly url: string | null;
}

/** What a payment provider tells of a purchase. */
export interface Payment {
  readonly eventId: string;
  readonly purchaseId: string;
  readonly user: string;
  readonly credits: number;
}

/** An app that sells a vendor's pictures for credits, as an attacker meets it. */
export interface App {
  /** A new account with so many credits. */
  join(user: string, credits: number): Promise<void>;
  /** Presses the button; the order's name, or nothing where it is refused. */
  order(user: string): Promise<string | undefined>;
  /** Looks at an order, which is when such apps often ask the vendor. */
  look(user: string, order: string): Promise<Picture>;
  /** Credits that are not spent: those set aside count. */
  credits(user: string): Promise<number>;
  /** Whatever is sent to it over HTTP: webhooks, links of pictures. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** A payment provider's event. */
  pay(payment: Payment): Promise<void>;
  /** Its process dies as soon as the vendor has sold the next picture, and another one comes up. */
  dieAfterNextPurchase(): Promise<void>;
  /** So much time passes that everybody has given up what has not ended by then. */
  muchLater(): Promise<void>;
  /** Its database cannot be reached while this runs. */
  whileDatabaseIsAway<Result>(work: () => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** What one picture costs, in every app. */
export const price = 5;

/** Opens an app in front of a vendor. */
export type OpenApp = (test: TestDatabase, vendor: Vendor) => Promise<App>;
