import { defaultServerConditions } from "vite";

/** Resolve workspace packages to their TypeScript sources: no build before tests. */
const conditions = ["@genbff/source", ...defaultServerConditions];
export const sourceConditions = { resolve: { conditions }, ssr: { resolve: { conditions } } };
