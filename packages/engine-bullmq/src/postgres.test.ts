import { engineQueueSuite, engineSuite } from "@genbff/core/testing";
import { afterAll, beforeAll, describe, inject } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../core/src/testing/embedded/test-database.ts";
import { engineGenerationsSuite } from "../../core/src/testing/engine-generations-suite.ts";
import { bullmq } from "./index.ts";
import { postgresQueue } from "./testing/postgres-queue.ts";

describe("BullMQ on Postgres", () => {
  let place: TestDatabase;
  beforeAll(async () => {
    place = await createTestDatabase({ empty: true });
  });
  afterAll(() => place.close());
  const queue = () => postgresQueue(place.url, inject("postgresUrl"));

  engineSuite("BullMQ on Postgres", () => queue().makeEngine());
  engineQueueSuite("BullMQ on Postgres", async () => queue());
  engineGenerationsSuite("BullMQ on Postgres", () => bullmq({ postgres: place.url }));
});
