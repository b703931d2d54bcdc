/** Where a model is. */
export interface FalEndpoint {
  /** The whole path: submissions go there. */
  readonly submit: string;
  /** Without the subpath: everything that is asked of a request later goes there. */
  readonly requests: string;
}

/** Names in front of the owner that belong to the address of the app. */
const namespaces = new Set(["workflows", "comfy"]);

/**
 * Reads `owner/alias[/subpath…]`, e.g. `fal-ai/flux/dev`.
 *
 * @throws Error - it is none.
 * @see https://docs.fal.ai/model-apis/model-endpoints/queue
 */
export function parseEndpoint(endpoint: string): FalEndpoint {
  const parts = endpoint.split("/");
  const app = parts.slice(0, namespaces.has(parts[0] ?? "") ? 3 : 2);
  const plain = parts.every((part) => /^[\w.~-]+$/.test(part) && !/^\.+$/.test(part));
  if (!plain || app.length < (namespaces.has(parts[0] ?? "") ? 3 : 2)) {
    throw new Error("fal: the endpoint must look like 'fal-ai/flux/dev'.");
  }
  return { submit: endpoint, requests: `${app.join("/")}/requests` };
}
