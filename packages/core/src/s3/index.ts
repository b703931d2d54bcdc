export { type S3Options, s3 } from "./store.ts";
