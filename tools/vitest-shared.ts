import { defaultServerConditions } from "vite";

/** Resolve workspace packages to their TypeScript sources: no build before tests. */
const conditions = ["@genbff/source", ...defaultServerConditions];
export const sourceConditions = { resolve: { conditions }, ssr: { resolve: { conditions } } };

/** For what hangs, not for what is slow: CI's machines are busy. */
export const patience = { testTimeout: 30_000, hookTimeout: 60_000 };
