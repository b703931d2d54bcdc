import { rpcContract } from "../postgrest/contract.ts";
import { contractSuite } from "../supabase-storage/contract-suite.ts";
import { liveProject } from "./project.ts";

// Against a real project that `bff migrate` has brought up to date: `pnpm test:live-supabase`.

const project = liveProject();

contractSuite(`Data API contract: ${project.url}`, "/rest/v1", rpcContract, async () => project);
