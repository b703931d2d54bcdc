import { registerHooks } from "node:module";

// Runs before the server: the pipeline is as it is, but each run says when it begins and when it ends, and stands still for
// good in the stage that RENDER_TEST_STALL names.

const watched = `
import { render as real } from "./run.ts?as-it-is";
export * from "./run.ts?as-it-is";
const { RENDER_TEST_STALL: stall } = process.env;
export async function render(input, runStage) {
  console.log("a run begins");
  try {
    return await real(input, (stage, work) =>
      runStage(stage, (signal) => {
        if (stage !== stall) return work(signal);
        console.log("a run stands in " + stage);
        return new Promise(() => undefined);
      }),
    );
  } finally {
    console.log("a run ends");
  }
}
`;

registerHooks({
  load: (url, context, next) =>
    url.endsWith("/src/pipeline/run.ts")
      ? { format: "module", source: watched, shortCircuit: true }
      : next(url, context),
});
