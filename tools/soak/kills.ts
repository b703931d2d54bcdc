import { dice } from "../../packages/core/src/testing/generations/scheduler.ts";
import { beginCalamities } from "./kills/calamities.ts";
import { web } from "./kills/fleet.ts";
import { play } from "./kills/play.ts";
import { onStage } from "./kills/stage.ts";
import type { Part } from "./part.ts";

const defaults = {
  servers: 3,
  open: 120,
  "pictures-percent": 25,
  "kill-every-ms": 5000,
  "other-every-ms": 20_000,
  "lease-ms": 5000,
  "job-ms": 500,
  "latency-ms": 100,
};

/**
 * V5: generations over real servers, real HTTP and a real Postgres, while processes are killed, frozen and stopped,
 * the database restarts and goes away, and vendors misbehave. What is drawn follows the seed; what it meets does not.
 */
export const kills: Part = {
  unit: "generations",
  full: 5000,
  options: {
    servers: `processes of the main example, default ${defaults.servers}`,
    open: `generations under way at the same time, default ${defaults.open}`,
    "pictures-percent": `how many are pictures, the others are models, default ${defaults["pictures-percent"]}`,
    "kill-every-ms": `kill -9 of a random process, default ${defaults["kill-every-ms"]}`,
    "other-every-ms": `something larger happens, default ${defaults["other-every-ms"]}`,
    "lease-ms": `default ${defaults["lease-ms"]}`,
    "job-ms": `a job at the vendor of models, default ${defaults["job-ms"]}`,
    "latency-ms": `a picture at its vendor, default ${defaults["latency-ms"]}`,
  },
  async run(order) {
    const option = (name: keyof typeof defaults) => order.option(name) ?? defaults[name];
    const leaseMs = option("lease-ms");
    const setting = {
      seed: order.seed,
      programs: Array.from({ length: option("servers") }, () => web),
      leaseMs,
      jobMs: option("job-ms"),
      latencyMs: option("latency-ms"),
    };
    return onStage("kills", setting, (stage) =>
      play(stage, order, {
        open: option("open"),
        picturesPercent: option("pictures-percent"),
        begin: (signal) =>
          beginCalamities(
            { ...stage, leaseMs },
            dice(order.seed + 1),
            { killEveryMs: option("kill-every-ms"), otherEveryMs: option("other-every-ms") },
            signal,
          ),
      }),
    );
  },
};
