import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe } from "vitest";
import { supabaseStorage } from "../../supabase/storage.ts";
import { objectStoreSuite } from "../object-store-suite.ts";
import { storageContractSuite } from "../supabase-storage/contract-suite.ts";
import { liveProject } from "./project.ts";

// Against a real project: `pnpm test:live-supabase`. A bucket of our own is made and removed.

const project = liveProject();
const bucket = `genbff-test-${crypto.randomUUID()}`;

describe("a real project", () => {
  const client = createClient(project.url, project.serviceRoleKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  beforeAll(async () => {
    const { error } = await client.storage.createBucket(bucket, { public: false });
    if (error) throw error;
  });
  afterAll(async () => {
    await client.storage.emptyBucket(bucket);
    const { error } = await client.storage.deleteBucket(bucket);
    if (error) throw error;
  });

  storageContractSuite(project.url, async () => ({ ...project, bucket }));

  objectStoreSuite("supabase storage", async () => ({
    store: supabaseStorage(client, { bucket }),
    request: (url, init) => fetch(url, init),
    uploadsUnchecked: ["bytes", "contentType"],
  }));
});
