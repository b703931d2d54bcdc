// `pnpm test:live-supabase` and `pnpm test:live-s3`: what we rely on of Supabase and of S3, asked of a real project and a real
// bucket. No part of `npm test`: they need somebody's keys. What they make there they remove; a ledger alone keeps its entries.
import { spawnSync } from "node:child_process";

const suites = {
  supabase: {
    needs: ["SUPABASE_URL", "SUPABASE_SERVICE_ROLE_KEY"],
    more: "With SUPABASE_ANON_KEY, what others than the server may do is asked, too; SUPABASE_JWT_SECRET where the project signs with it.",
  },
  s3: {
    needs: ["S3_BUCKET", "S3_REGION"],
    more: "S3_ENDPOINT and S3_FORCE_PATH_STYLE=true for another server than Amazon's; S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY where the SDK finds no credentials by itself.",
  },
};

const name = process.argv[2] === "s3" ? "s3" : "supabase";
const { needs, more } = suites[name];
const missing = needs.filter((variable) => !process.env[variable]);
if (missing.length > 0) {
  console.log(`Nothing was asked: ${missing.join(" and ")} not set.`);
  console.log(more);
} else {
  const config = "packages/core/vitest.live.config.ts";
  const { status } = spawnSync("vitest", ["run", "--config", config, `live-${name}/`], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  process.exitCode = status ?? 1;
}
