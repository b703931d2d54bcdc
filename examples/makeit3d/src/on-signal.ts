/** Stops and exits at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function onSignal(stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      if (stopping) process.exit(130);
      stopping = true;
      void stop().finally(() => process.exit(0));
    });
}
