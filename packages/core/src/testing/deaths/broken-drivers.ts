import type { Database } from "../../database/port.ts";
import { postgres } from "../../database/postgres.ts";
import { supabase } from "../../supabase/database.ts";
import { startPgbouncer } from "../embedded/pgbouncer.ts";
import { createTestDatabase, type TestDatabase } from "../embedded/test-database.ts";
import { createSupabaseProject, keyOf, serverClient } from "../postgrest/supabase-project.ts";
import { openBrokenGateway } from "./broken-gateway.ts";
import type { WiredDriver } from "./driver-matrix.ts";
import { openLossyWire } from "./lost-answers.ts";

/** A driver before a database of its own, on a way that breaks where it is told to. */
export interface BrokenDriver {
  /** Past everything that breaks. */
  readonly test: TestDatabase;
  /** The driver. */
  readonly database: Database;
  /** Every way in which this driver loses an answer after the commit: arms it for what holds all these words. */
  readonly losses: Readonly<Record<string, (words: readonly string[]) => void>>;
  /** How many answers were lost. */
  readonly lost: () => number;
  close(): Promise<void>;
}

/** Opens one; on a server with Supabase's roles where it is not the run's. */
export const brokenDrivers: Readonly<Record<WiredDriver, (server?: string) => Promise<BrokenDriver>>> = {
  async postgres(server) {
    const test = await createTestDatabase(onServer(server));
    const wire = await openLossyWire(test.url);
    const database = postgres(wire.url);
    return {
      test,
      database,
      losses: { "the line breaks": wire.loseAnswerTo },
      lost: wire.lost,
      async close() {
        await database.close();
        await wire.close();
        await test.close();
      },
    };
  },

  async pgbouncer(server) {
    const test = await createTestDatabase(onServer(server));
    const behind = await openLossyWire(test.url);
    const pooler = await startPgbouncer(behind.url);
    const before = await openLossyWire(pooler.through(test.url));
    const database = postgres({ connectionString: before.url, listenUrl: test.url });
    return {
      test,
      database,
      losses: {
        "the line to the pooler breaks": before.loseAnswerTo,
        "the pooler's line to the server breaks": behind.loseAnswerTo,
      },
      lost: () => before.lost() + behind.lost(),
      async close() {
        await database.close();
        await before.close();
        await pooler.stop();
        await behind.close();
        await test.close();
      },
    };
  },

  async supabase(server) {
    const test = await createSupabaseProject(onServer(server));
    const gateway = await openBrokenGateway(test.postgrest.url);
    const database = supabase(serverClient(gateway.url, await keyOf("service_role")));
    return {
      test,
      database,
      losses: {
        "the gateway hangs up": (words) => gateway.loseAnswerTo(words, "reset"),
        "the gateway says 502": (words) => gateway.loseAnswerTo(words, 502),
        "the gateway says 504": (words) => gateway.loseAnswerTo(words, 504),
      },
      lost: gateway.lost,
      async close() {
        await database.close();
        await gateway.close();
        await test.close();
      },
    };
  },
};

const onServer = (server: string | undefined) => (server === undefined ? {} : { server });
