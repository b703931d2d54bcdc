// Every call and answer of Supabase Storage that we rely on, in the order in which they are made. The stand-in is held to them by
// contract.test.ts, a real project by `pnpm test:live-supabase`.
//
// Sources: https://supabase.com/docs/reference/javascript/storage-from-upload and its neighbours for what is documented, and
// https://github.com/supabase/storage for the bodies of errors: `src/http/error-handler.ts`, `src/internal/errors/codes.ts`.

/** Who asks. */
type Key = "service_role" | "anon" | "none" | "not a key";

/** One call, and what of its answer we rely on. In texts, `{bucket}`, `{folder}` and names of `keep` are put in. */
export interface ContractCall {
  /** What we rely on, as a sentence. */
  readonly says: string;
  readonly key: Key;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/storage/v1`; of another contract below its own. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON where it is no text. */
  readonly body?: string | object;
  readonly status: number;
  /** Of the answer's headers: the beginning of each. */
  readonly answerHeaders?: Readonly<Record<string, string>>;
  /** The answer's text where it is a text, else what its JSON must hold: `toMatchObject`, with patterns for texts. */
  readonly answer?: string | object;
  /** Names for later calls → the place in the answer's JSON. */
  readonly keep?: Readonly<Record<string, string>>;
}

const png = { "content-type": "image/png" };
const missing = { statusCode: "404", message: "Object not found" };
const noBucket = { statusCode: "404", message: "Bucket not found" };
const objects = "/object/{bucket}/{folder}";

export const storageContract: readonly ContractCall[] = [
  {
    says: "describes a bucket to the service role: whether it is public, and its limits",
    key: "service_role",
    method: "GET",
    path: "/bucket/{bucket}",
    status: 200,
    answer: { id: "{bucket}", public: false },
  },
  {
    says: "answers 400 for a bucket that is not there, and 404 in the body",
    key: "service_role",
    method: "GET",
    path: "/bucket/{folder}",
    status: 400,
    answer: noBucket,
  },
  {
    says: "does not show a bucket to others: it is not there for them",
    key: "anon",
    method: "GET",
    path: "/bucket/{bucket}",
    status: 400,
    answer: noBucket,
  },
  {
    says: "answers 400 for what is no key, and 403 in the body",
    key: "not a key",
    method: "GET",
    path: "/bucket/{bucket}",
    status: 400,
    answer: { statusCode: "403", error: "Unauthorized" },
  },
  {
    says: "signs an upload that may replace, before there is an object; the answer has the token, too",
    key: "service_role",
    method: "POST",
    path: "/object/upload/sign/{bucket}/{folder}/a.png",
    headers: { "x-upsert": "true" },
    body: {},
    status: 200,
    answer: { url: /^\/object\/upload\/sign\/.+\?token=.+$/, token: /^[\w-]+\.[\w-]+\.[\w-]+$/ },
    keep: { upload: "url" },
  },
  {
    says: "signs no upload for others",
    key: "anon",
    method: "POST",
    path: "/object/upload/sign/{bucket}/{folder}/a.png",
    body: {},
    status: 400,
    answer: { statusCode: "403", error: "Unauthorized" },
  },
  {
    says: "takes a signed upload without a key, as the body of a PUT",
    key: "none",
    method: "PUT",
    path: "{upload}",
    headers: png,
    body: "first",
    status: 200,
    answer: { Key: "{bucket}/{folder}/a.png" },
  },
  {
    says: "takes it once more, and replaces",
    key: "none",
    method: "PUT",
    path: "{upload}",
    headers: png,
    body: "second",
    status: 200,
  },
  {
    says: "refuses an altered token",
    key: "none",
    method: "PUT",
    path: "{upload}x",
    headers: png,
    body: "third",
    status: 400,
  },
  {
    says: "refuses a duplicate where nobody asked to replace: 400, and 409 in the body",
    key: "service_role",
    method: "POST",
    path: `${objects}/a.png`,
    headers: png,
    body: "third",
    status: 400,
    answer: { statusCode: "409", error: "Duplicate" },
  },
  {
    says: "refuses keys that are not ASCII",
    key: "service_role",
    method: "POST",
    path: `${objects}/%C3%A4.png`,
    headers: png,
    body: "x",
    status: 400,
    answer: { statusCode: "400", message: /^Invalid key/ },
  },
  {
    says: "describes an object: its size and type",
    key: "service_role",
    method: "GET",
    path: "/object/info/{bucket}/{folder}/a.png",
    status: 200,
    answer: { size: 6, content_type: "image/png" },
  },
  {
    says: "answers 400 for an object that is not there, and 404 in the body, to a description",
    key: "service_role",
    method: "GET",
    path: "/object/info/{bucket}/{folder}/none.png",
    status: 400,
    answer: missing,
  },
  {
    says: "sends an object to the service role",
    key: "service_role",
    method: "GET",
    path: `${objects}/a.png`,
    status: 200,
    answerHeaders: { "content-type": "image/png" },
    answer: "second",
  },
  {
    says: "answers 400 for an object that is not there, and 404 in the body, to a reader",
    key: "service_role",
    method: "GET",
    path: `${objects}/none.png`,
    status: 400,
    answer: missing,
  },
  {
    says: "sends nothing of a private bucket by its public address",
    key: "none",
    method: "GET",
    path: "/object/public/{bucket}/{folder}/a.png",
    status: 400,
    answer: { statusCode: "404" },
  },
  {
    says: "signs links of many objects at once, and says which are not there",
    key: "service_role",
    method: "POST",
    path: "/object/sign/{bucket}",
    body: { expiresIn: 60, paths: ["{folder}/a.png", "{folder}/none.png"] },
    status: 200,
    answer: [
      { error: null, path: "{folder}/a.png", signedURL: /^\/object\/sign\/.+\?token=.+$/ },
      { error: /./, path: "{folder}/none.png", signedURL: null },
    ],
    keep: { link: "0.signedURL" },
  },
  {
    says: "sends an object to whoever has a link",
    key: "none",
    method: "GET",
    path: "{link}",
    status: 200,
    answerHeaders: { "content-type": "image/png" },
    answer: "second",
  },
  {
    says: "sends it as a download where the link says so",
    key: "none",
    method: "GET",
    path: "{link}&download=",
    status: 200,
    answerHeaders: { "content-disposition": "attachment" },
  },
  {
    says: "takes no upload by a link to read",
    key: "none",
    method: "PUT",
    path: "{link}",
    headers: png,
    body: "third",
    status: 400,
  },
  {
    says: "removes objects, and does not mind those that are not there",
    key: "service_role",
    method: "DELETE",
    path: "/object/{bucket}",
    body: { prefixes: ["{folder}/a.png", "{folder}/none.png"] },
    status: 200,
    answer: [{ name: "{folder}/a.png" }],
  },
  {
    says: "has removed it",
    key: "service_role",
    method: "GET",
    path: "/object/info/{bucket}/{folder}/a.png",
    status: 400,
    answer: missing,
  },
];
