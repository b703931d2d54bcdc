import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe } from "vitest";
import { supabaseStorage } from "../../supabase/storage.ts";
import { objectStoreSuite } from "../object-store-suite.ts";
import { storageContractSuite } from "../supabase-storage/contract-suite.ts";
import { userBucket } from "../supabase-storage/user-bucket.ts";
import { liveProject } from "./project.ts";

// Against a real project: `pnpm test:live-supabase`. Buckets of our own are made and removed.

const project = liveProject();
const bucket = `genbff-test-${crypto.randomUUID()}`;
const uploads = `genbff-test-${crypto.randomUUID()}`;

describe("a real project", () => {
  const client = createClient(project.url, project.serviceRoleKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  beforeAll(async () => {
    for (const name of [bucket, uploads]) {
      const { error } = await client.storage.createBucket(name, { public: false });
      if (error) throw error;
    }
  });
  afterAll(async () => {
    for (const name of [bucket, uploads]) {
      await client.storage.emptyBucket(name);
      const { error } = await client.storage.deleteBucket(name);
      if (error) throw error;
    }
  });

  storageContractSuite(project.url, async () => ({ ...project, bucket }));

  objectStoreSuite("supabase storage", async () => ({
    store: supabaseStorage(client, { bucket }),
    input: userBucket(client, uploads),
    request: (url, init) => fetch(url, init),
    uploadsUnchecked: ["bytes", "contentType"],
  }));
});
