/** A BFF as a host serves it. */
export interface Host {
  /** Where the BFF is mounted, without a slash at the end, e.g. `http://127.0.0.1:41234/api`. */
  readonly baseUrl: string;
  fetch(request: Request): Promise<Response>;
  /** Stops listening. */
  close(): Promise<void>;
}
