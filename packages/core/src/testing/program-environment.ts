const kept = ["PATH", "NODE_COMPILE_CACHE"];

/**
 * All that a program which a test starts gets of our own environment: where programs lie, and where the compiled sources
 * are kept, without which every start compiles hundreds of files again.
 */
export const programEnvironment: Readonly<Record<string, string>> = Object.fromEntries(
  kept.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }),
);
