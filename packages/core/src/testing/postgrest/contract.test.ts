import { afterAll } from "vitest";
import { contractSuite } from "../supabase-storage/contract-suite.ts";
import { rpcContract } from "./contract.ts";
import { createSupabaseProject, keyOf } from "./supabase-project.ts";

const project = createSupabaseProject();
afterAll(async () => (await project).close());

contractSuite("Data API contract: the stand-in", "/rest/v1", rpcContract, async () => ({
  url: (await project).postgrest.url,
  serviceRoleKey: await keyOf("service_role"),
  anonKey: await keyOf("anon"),
}));
