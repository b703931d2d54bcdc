/** A function as a team bundles it, and what its bundle may weigh: minified, not compressed. */
interface Handler {
  readonly source: string;
  /** Left out: what Lambda's runtime brings along, and what the team brings anyway. */
  readonly external: readonly string[];
}

const runtime = ["@aws-sdk/*"];

const shop = `
  engine: onDemand(),
  providers: { openai: openai({ apiKey: "key" }) },
  prices: {
    "text-to-image": { openai: "picture" },
    "image-to-image": { openai: "picture" },
    "image-inpaint": { openai: "picture" },
  },
  secret: "a secret of at least thirty-two letters",`;

const imports = `
  import { onDemand, toLambda } from "@genbff/adapter-lambda";
  import { createBff } from "@genbff/core";
  import { openai } from "@genbff/providers/openai";`;

const importsWithKey = `${imports}
  import { jwtAuth } from "@genbff/core";
  const auth = jwtAuth({ secret: "a secret of at least thirty-two letters" });`;

const vendors = ["fal", "gemini", "openai", "recraft", "replicate", "seedream", "stability", "tripo"];

/** By name of their bundle. The limits stand in package.json, `size-limit`. */
export const handlers: Readonly<Record<string, Handler>> = {
  empty: { source: "export const handler = async () => ({ statusCode: 204 });", external: [] },
  /** Of GenBFF alone: the database and the storage are ports that the team fills with its own. */
  http: {
    source: `${importsWithKey}
      const asked = () => Promise.reject(new Error("nobody is there"));
      const database = { call: asked, close: asked };
      const storage = { put: asked, open: asked, remove: asked, signedUrl: asked, signedUpload: asked, ready: asked };
      export const handler = toLambda(createBff({ ${shop} auth, database, storage }));`,
    external: runtime,
  },
  "http-postgres-s3": {
    source: `${importsWithKey}
      import { postgres } from "@genbff/core/postgres";
      import { s3 } from "@genbff/core/s3";
      const database = postgres("postgres://127.0.0.1:1/none");
      const storage = s3({ bucket: "pictures", region: "eu-central-1" });
      export const handler = toLambda(createBff({ ${shop} auth, database, storage }));`,
    external: runtime,
  },
  "http-supabase": {
    source: `${imports}
      import { supabase, supabaseAuth, supabaseStorage } from "@genbff/core/supabase";
      import { createClient } from "@supabase/supabase-js";
      const url = "http://127.0.0.1:1";
      const client = createClient(url, "key", { auth: { persistSession: false, autoRefreshToken: false } });
      const database = supabase(client);
      const storage = supabaseStorage(client, { bucket: "pictures" });
      export const handler = toLambda(createBff({ ${shop} auth: supabaseAuth({ url }), database, storage }));`,
    external: runtime,
  },
  ...Object.fromEntries(
    vendors.map((vendor) => [
      `provider-${vendor}`,
      {
        source: `export { ${vendor} } from "@genbff/providers/${vendor}";`,
        external: ["@genbff/core", "zod"],
      },
    ]),
  ),
};
