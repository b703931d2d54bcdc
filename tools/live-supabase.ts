// `pnpm test:live-supabase`: what we rely on of Supabase, asked of a real project. No part of `npm test`: it needs a project and
// its secret key, makes a bucket there, and removes it.
import { spawnSync } from "node:child_process";

const missing = ["SUPABASE_URL", "SUPABASE_SERVICE_ROLE_KEY"].filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.log(`Nothing was asked of a real Supabase project: ${missing.join(" and ")} not set.`);
  console.log("With SUPABASE_ANON_KEY, what others than the server may do is asked, too.");
} else {
  const config = "packages/core/vitest.live-supabase.config.ts";
  const { status } = spawnSync("vitest", ["run", "--config", config], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  process.exitCode = status ?? 1;
}
