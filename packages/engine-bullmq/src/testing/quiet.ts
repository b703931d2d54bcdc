import type { Logger } from "@genbff/core";

/** For tests that break things on purpose. */
export const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };
