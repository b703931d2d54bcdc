import { watchAt } from "./watched.ts";

/** Marks what this file has put in the place of `fetch`. */
const searching = Symbol.for("genbff.searching-fetch");

/** Lets every answer that `fetch` gives in this process be searched where it comes from a server that is watched. */
export function searchFetch(): void {
  if (searching in globalThis.fetch) return;
  const { fetch } = globalThis;
  const searched: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const asked = new URL(input instanceof Request ? input.url : String(input));
    const watch = watchAt(asked);
    if (watch === undefined) return response;
    const where = `${init?.method ?? (input instanceof Request ? input.method : "GET")} ${asked.pathname}`;
    if (response.redirected) watch.outside.look(`${where}, where it leads,`, response.url);
    const answer = watch.answer(where, response);
    // What a Response that is made by hand does not know.
    const { url, redirected } = response;
    return Object.defineProperties(answer, { url: { value: url }, redirected: { value: redirected } });
  };
  globalThis.fetch = Object.assign(searched, { [searching]: true });
}
