/** Whether everything that is being watched is in touch with the server. */
export type ConnectionState =
  | { readonly state: "open" }
  /** `retryAtMs` is in ms since 1970: count down to it. `null` while a try is under way. */
  | { readonly state: "reconnecting"; readonly retryAtMs: number | null };

/**
 * For a banner: "Reconnecting, next try in 3 s. Try now." Nothing is missed meanwhile: the generations run on, and
 * every watch takes up where it left off.
 */
export interface Connection {
  /** The same object until it changes, as `useSyncExternalStore` wants it. */
  current(): ConnectionState;
  /** Tells of every change. Returns the way to stop. */
  subscribe(listener: (state: ConnectionState) => void): () => void;
  /** Ends the waiting of everything that is about to try again. */
  retryNow(): void;
}
