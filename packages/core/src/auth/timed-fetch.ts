/** `fetch` for a client that has no limit of its own: an answer that takes longer, headers and body together, is a lost one. */
export function timedFetch(timeoutMs: number): typeof fetch {
  return (input, init = {}) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    return fetch(input, { ...init, redirect: "error", signal });
  };
}
