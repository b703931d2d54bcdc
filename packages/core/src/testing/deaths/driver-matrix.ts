// The crash points of `reliability-spec.md` 3 by driver. A death of a process or of a vendor looks the same to every driver:
// examples/makeit3d/tests/crash-matrix.test.ts plays them. What can differ is how a call breaks off, and what is left of it.

type Digit = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
/** A point of the specification, or what else it asks for where the server is another process than ours. */
export type Point = `C${Digit | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21 | 22}` | "restart";

/** The drivers that reach a server by a wire. */
export const wiredDrivers = ["postgres", "pgbouncer", "supabase"] as const;
/** One of those. */
export type WiredDriver = (typeof wiredDrivers)[number];

/** The calls on the way of one generation, which a whole BFF makes. */
export const lifeCalls = {
  start: ["genbff_start"],
  take: ["genbff_take"],
  intent: ["genbff_intent"],
  "record submitted": ["genbff_record", '"step":"submitted"'],
  "record settling": ["genbff_record", '"step":"settling"'],
  finish: ["genbff_finish"],
} as const satisfies Record<string, readonly string[]>;
/** One of those. */
export type LifeCall = keyof typeof lifeCalls;

/** Calls that somebody else makes: the vendor, the user, the payment provider, a sweep, a process that stops. */
export const aloneCalls = ["webhook", "cancel", "claim", "payment_event", "expire_due", "hand_over"] as const;
/** One of those. */
export type AloneCall = (typeof aloneCalls)[number];

/** What of a call is lost: all of it, with the connection that dies in its transaction; or its answer, after the commit. */
export type Loss = "before the commit" | "after the commit";

/** What is done about one point with one driver. */
export type Cell =
  | { readonly run: LifeCall | AloneCall; readonly loss: Loss }
  /** Opened, ended without a word and started again under generations that are under way. */
  | { readonly run: "restart" }
  /** A process that has the embedded database lives until its intent is answered, and is killed. */
  | { readonly run: "kill" }
  | { readonly sameAs: Point; readonly because: string }
  /** Another file runs it: a part of the test's name. */
  | { readonly elsewhere: string; readonly test: string }
  | { readonly never: string };

const lost = (run: LifeCall | AloneCall, loss: Loss): Cell => ({ run, loss });
const before = (run: LifeCall | AloneCall) => lost(run, "before the commit");
const after = (run: LifeCall | AloneCall) => lost(run, "after the commit");

/** The same cell for all that reach a server by a wire: each breaks it in its own ways. */
const wired = (cell: Cell): Record<WiredDriver, Cell> => ({
  postgres: cell,
  pgbouncer: cell,
  supabase: cell,
});

const diesWithUs: Cell = {
  elsewhere: "examples/makeit3d/tests/kill.test.ts",
  test: "ends it rightly, bought at most once",
};
const onDisk: Cell = {
  sameAs: "C5",
  because: "the database dies with its process: of every call alike, what was answered is in the folder",
};

/** No call is under way there. */
const between = (sameAs: Point, where: string): Record<WiredDriver | "pglite", Cell> => ({
  ...wired({ sameAs, because: `${where}: the next process finds what the last call has committed` }),
  pglite: onDisk,
});

/** Every point with every driver. A hole does not compile. */
export const driverMatrix: Record<Point, Record<WiredDriver | "pglite", Cell>> = {
  C1: { ...wired(before("start")), pglite: diesWithUs },
  C2: { ...wired(after("start")), pglite: onDisk },
  C3: between("C2", "between the commit and our answer"),
  C4: { ...wired(after("take")), pglite: onDisk },
  C5: { ...wired(after("intent")), pglite: { run: "kill" } },
  C6: between("C5", "at the vendor"),
  C7: { ...wired(before("record submitted")), pglite: diesWithUs },
  C8: { ...wired(after("record submitted")), pglite: onDisk },
  C9: between("C7", "during a poll, whose find genbff_record commits, too"),
  C10: between("C8", "in the middle of a file"),
  C11: { ...wired(before("record settling")), pglite: diesWithUs },
  C12: { ...wired(after("record settling")), pglite: onDisk },
  C13: { ...wired(before("finish")), pglite: diesWithUs },
  C14: { ...wired(after("finish")), pglite: onDisk },
  C15: { ...wired(before("webhook")), pglite: onDisk },
  C16: { ...wired(after("webhook")), pglite: onDisk },
  C17: { ...wired(after("cancel")), pglite: onDisk },
  C18: { ...wired(after("claim")), pglite: onDisk },
  C19: { ...wired(after("payment_event")), pglite: onDisk },
  C20: { ...wired(before("expire_due")), pglite: diesWithUs },
  C21: {
    postgres: {
      elsewhere: "packages/core/src/database/migrate-crashes.test.ts",
      test: "completes what dies at statement after statement",
    },
    pgbouncer: {
      elsewhere: "packages/core/src/database/postgres-pooler.test.ts",
      test: "again after a connection was lost in the middle",
    },
    supabase: { never: "Supabase's API changes no schema: `bff migrate` does, through postgres" },
    pglite: {
      elsewhere: "packages/core/src/database/migrate-crashes.test.ts",
      test: "on the embedded database, completes what a killed process left",
    },
  },
  C22: { ...wired(after("hand_over")), pglite: onDisk },
  restart: {
    postgres: {
      elsewhere: "packages/core/src/generations/postgres-restart.test.ts",
      test: "goes on where Postgres was away",
    },
    pgbouncer: { run: "restart" },
    supabase: { run: "restart" },
    pglite: { never: "there is no server: the database is in our process" },
  },
};
