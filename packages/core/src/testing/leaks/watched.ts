import type { LeakWatch } from "./watch-leaks.ts";

/** What `set-up.ts` looks after while the tests of one file run. */
interface Watched {
  readonly watches: Set<LeakWatch>;
  /** By the port that they listen on: a server has several names on one machine. */
  readonly servers: Map<string, LeakWatch>;
  readonly ends: Set<() => Promise<void>>;
  readonly told: Set<string>;
}

/** The set-up and the tests may each have loaded this file anew: here they find the same. */
const shared = globalThis as { genbffWatched?: Watched };
shared.genbffWatched ??= { watches: new Set(), servers: new Map(), ends: new Set(), told: new Set() };
const { watches, servers, ends, told } = shared.genbffWatched;

/** From here on a leak that it finds fails the test that runs, or its file. */
export function keep<Watch extends LeakWatch>(watch: Watch): Watch {
  watches.add(watch);
  return watch;
}

/** From here on what is read from this address is searched by it. */
export function keepAddress(url: string, watch: LeakWatch): void {
  servers.set(portOf(new URL(url)), watch);
}

/** Whoever searches what comes from there; undefined where it is no server of ours. */
export function watchAt(url: URL): LeakWatch | undefined {
  return isHere(url) ? servers.get(portOf(url)) : undefined;
}

/** Called after the last test of the file. */
export function atTheEnd(end: () => Promise<void>): void {
  ends.add(end);
}

/** What was found since it was called last. */
export function newLeaks(): string[] {
  const found = [...watches].flatMap(({ outside, logs }) => [...outside.found, ...logs.found]);
  const fresh = found.filter((leak) => !told.has(leak));
  for (const leak of fresh) told.add(leak);
  return fresh;
}

/** Ends what the file has left running, and resolves to the leaks that nobody has been told of. */
export async function endWatched(): Promise<string[]> {
  await Promise.all([...ends].map((end) => end()));
  const leaks = newLeaks();
  for (const each of [watches, servers, ends, told]) each.clear();
  return leaks;
}

const isHere = ({ hostname }: URL) => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
const portOf = ({ port, protocol }: URL) => port || (protocol === "https:" ? "443" : "80");
