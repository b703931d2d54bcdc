import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark";
const listeners = new Set<() => void>();

const current = (): Theme => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The theme that is shown. `theme.js` chose it before the first paint. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, current);
}

/** Turns the light on or off, and remembers it where the browser allows. */
export function switchTheme(): void {
  const next = current() === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  for (const listener of listeners) listener();
  try {
    localStorage.setItem("studio-theme", next);
  } catch {
    return; // Storage is forbidden: the choice lasts as long as the page.
  }
}
