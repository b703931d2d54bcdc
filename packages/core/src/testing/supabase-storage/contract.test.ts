import { afterAll } from "vitest";
import { jwtSecret, keyOf } from "../postgrest/supabase-project.ts";
import { storageContractSuite } from "./contract-suite.ts";
import { openStorage } from "./stand-in.ts";

const server = openStorage({ secret: jwtSecret, buckets: { assets: {} } });
afterAll(async () => (await server).close());

storageContractSuite("the stand-in", async () => ({
  url: (await server).url,
  bucket: "assets",
  serviceRoleKey: await keyOf("service_role"),
  anonKey: await keyOf("anon"),
}));
