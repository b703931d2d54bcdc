import { AppError } from "../errors/app-error.ts";
import type { ObjectStore } from "./port.ts";

/**
 * One store made of several: what lies in a first folder of its own lies in a store of its own, e.g. uploads (`inputs`)
 * in another bucket than what was made.
 *
 * Links, limits and types are those of the store that a key belongs to. `ready` wants all of them. Moving a folder does
 * not move its files: what exists already is looked for in the new place.
 *
 * @param folders - The first folder of keys → its store.
 * @param rest - Everything else.
 *
 * @example
 * createBff({ storage: storesByFolder({ inputs: files("./data/uploads") }, files("./data/made")), ...rest });
 */
export function storesByFolder(
  folders: Readonly<Record<string, ObjectStore>>,
  rest: ObjectStore,
): ObjectStore {
  const known = new Map(Object.entries(folders));
  const stores = [...new Set([...known.values(), rest])];
  const storeOf = (key: string) => known.get(key.split("/", 1)[0] ?? "") ?? rest;
  // Further buckets are of one server, whichever of the stores is asked for them.
  const server = stores.find((store) => store.inputBucket !== undefined);
  return {
    put: (key, body, options) => storeOf(key).put(key, body, options),
    open: (key) => storeOf(key).open(key),
    async remove(keys) {
      const groups = Map.groupBy(keys, storeOf);
      await Promise.all([...groups].map(([store, own]) => store.remove(own)));
    },
    urlOf: (key) => storeOf(key).urlOf(key),
    keyOf(url) {
      // Two stores may have one way of writing links; a key belongs to one of them all the same.
      for (const store of stores) {
        const key = store.keyOf(url);
        if (key !== null && storeOf(key) === store) return key;
      }
      return null;
    },
    signedUrl: (key, options) => storeOf(key).signedUrl(key, options),
    signedUpload: (key, options) => storeOf(key).signedUpload(key, options),
    async ready() {
      // One after the other: where one is not, nothing goes on in those behind it.
      for (const store of stores) await store.ready();
    },
    async inspect(needs) {
      return (await Promise.all(stores.map((store) => store.inspect?.(needs) ?? []))).flat();
    },
    hosts: (url) => stores.some((store) => store.hosts?.(url) ?? false),
    ...(server?.inputBucket && { inputBucket: server.inputBucket.bind(server) }),
    async serve(request, key) {
      const answer = await storeOf(key).serve?.(request, key);
      if (answer === undefined) throw new AppError("not_found");
      return answer;
    },
    configure(host) {
      for (const store of stores) store.configure?.(host);
    },
  };
}
