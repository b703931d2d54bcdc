import type { Catalogue } from "../operations/catalogue.ts";
import { digestOf } from "../shared/digest.ts";
import type { JsonObject, JsonValue } from "../shared/json.ts";

/** What of a request a repeat must agree in. */
interface RequestToDigest {
  readonly operation: string;
  readonly body: JsonObject;
  /** Files that came with it: id → SHA-256. A repeat uploads them again, under other ids. */
  readonly fileHashes?: ReadonlyMap<string, string>;
  readonly retryOf?: string;
}

/**
 * What a repeat is known by: the digest of the body as it was sent, and behind a comma that of the body as it is
 * understood, with defaults filled in. A repeat agrees in one of the two.
 *
 * As it is understood, because a default that is written out asks for nothing else. As it was sent, because a repeat must
 * be known also where its operation is gone, or has other defaults by now.
 */
export function requestDigest(catalogue: Catalogue, request: RequestToDigest): string {
  const bodies = [request.body, understood(catalogue, request) ?? request.body];
  const digests = bodies.map((body) => {
    const ofFiles = replaceIds(body, request.fileHashes ?? new Map());
    return digestOf(["generate", request.operation, ofFiles, request.retryOf ?? null]);
  });
  return [...new Set(digests)].join(",");
}

/** The body by the schema of whoever is asked, as far as that can be said without the database; undefined: it does not fit. */
function understood(catalogue: Catalogue, { operation, body }: RequestToDigest): JsonObject | undefined {
  const { task_id, quote_id, provider, ...fields } = body;
  const entry = catalogue.list().find((each) => each.operation.name === operation);
  const single = entry?.offers.length === 1 ? entry.offers[0] : undefined;
  const offer = provider === undefined ? single : catalogue.find(operation, String(provider));
  // Where somebody is chosen later, by a draft or by the server, what all of them understand is understood.
  const schema = offer?.schema ?? (provider === undefined ? entry?.operation.schema : undefined);
  const parsed = schema?.safeParse(fields);
  if (!parsed?.success) return undefined;
  const named = { task_id, quote_id, provider: offer?.providerKey };
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  return { ...(parsed.data as JsonObject), ...(Object.fromEntries(given) as JsonObject) };
}

function replaceIds(value: JsonValue, hashes: ReadonlyMap<string, string>): JsonValue {
  if (typeof value === "string") {
    const sha256 = hashes.get(value);
    return sha256 === undefined ? value : `sha256:${sha256}`;
  }
  if (Array.isArray(value)) return value.map((item) => replaceIds(item, hashes));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceIds(item, hashes)]));
}
