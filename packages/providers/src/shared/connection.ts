/** Where a vendor is and how we prove who we are. */
export interface Connection {
  /** Short name for logs. */
  readonly vendor: string;
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** Empty: none is sent, as to an address that is signed itself. `checkConnection` lets no setting be empty. */
  readonly apiKey: string;
  /** How the key is sent. Default: `authorization` with the scheme `Bearer`. An empty scheme sends the key alone. */
  readonly auth?: { readonly header: string; readonly scheme: string };
}

/**
 * Checks the settings that every vendor has, when the server starts rather than at the first customer.
 *
 * @throws Error - the key is empty or no header value (its text is never repeated), or the base URL is no http(s) URL.
 */
export function checkConnection(connection: Connection): Connection {
  const { vendor, baseUrl, apiKey } = connection;
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new Error(`${vendor}: apiKey is empty, or holds a space or a character that no header can carry.`);
  }
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol)) {
    throw new Error(`${vendor}: baseUrl must be an http or https URL.`);
  }
  return { ...connection, baseUrl: baseUrl.replace(/\/+$/, "") };
}

/** The header that proves who we are. */
export function authHeaders({ apiKey, auth }: Connection): Record<string, string> {
  const { header, scheme } = auth ?? { header: "authorization", scheme: "Bearer" };
  return apiKey === "" ? {} : { [header]: scheme === "" ? apiKey : `${scheme} ${apiKey}` };
}
