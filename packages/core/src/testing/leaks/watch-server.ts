import type { Readable } from "node:stream";
import { type Confidential, type LeakWatch, watchLeaks } from "./watch-leaks.ts";
import { keep, keepAddress } from "./watched.ts";

/** A server of ours that a test meets as everybody does: in a process of its own, by its address. */
export interface WatchedServer extends LeakWatch {
  /** Searches each line that it says as one of its log. */
  hears(said: Readable): void;
  /** From here on all that `fetch` and a searched browser read from this address is searched. Returns the address. */
  at(url: string): string;
}

/**
 * Watches one. A leak in an answer fails whoever reads it; every leak fails the test that runs when it is found, or the
 * file at its end: nobody has to ask.
 */
export function watchServer(name: string, confidential: Confidential = {}): WatchedServer {
  const watch = keep(watchLeaks(confidential));
  const look = (line: string) => void watch.logs.look(`a line of ${name}`, line);
  return {
    ...watch,
    hears(said) {
      let begun = "";
      said.setEncoding("utf8");
      said.on("data", (text: string) => {
        const lines = (begun + text).split("\n");
        begun = lines.pop() ?? "";
        for (const line of lines) look(line);
      });
      // Whoever is killed may be in the middle of a line.
      said.on("close", () => look(begun));
    },
    at(url) {
      keepAddress(url, watch);
      return url;
    },
  };
}

/** What of an environment nobody may read, by the names that secrets have. */
export function secretsIn(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment)
    .filter(([name]) => /(SECRETS?|_KEY|PASSWORD|TOKEN)$/.test(name) && !/PUBLISHABLE|ANON/.test(name))
    .flatMap(([, value]) => value.split(","))
    .filter((value) => value.length >= 8);
}
