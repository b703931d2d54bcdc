/** In what the scripted vendors of our tests say, and in the ids of their jobs: nobody outside may read it. */
export const vendorCanary = "vendor-canary-51c7";
