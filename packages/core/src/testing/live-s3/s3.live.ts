import { s3 } from "../../s3/store.ts";
import { objectStoreSuite } from "../object-store-suite.ts";

// Against a real bucket: `pnpm test:live-s3`. Everything is below a folder of our own, and is removed.

const { S3_BUCKET: bucket, S3_REGION: region, S3_ENDPOINT: endpoint, ...environment } = process.env;
const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = environment;
if (!bucket || !region) throw new Error("Set S3_BUCKET and S3_REGION");

objectStoreSuite(`s3 at ${endpoint || region}`, async () => ({
  store: s3({
    bucket,
    region,
    forcePathStyle: environment.S3_FORCE_PATH_STYLE === "true",
    ...(endpoint ? { endpoint } : {}),
    ...(accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey } } : {}),
  }),
  request: (url, init) => fetch(url, init),
  uploadsUnchecked: ["bytes"],
}));
