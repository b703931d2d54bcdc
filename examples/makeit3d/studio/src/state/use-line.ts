import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { StudioClient } from "../api/client.ts";

/** Whether the page is in touch with the server. */
export type Line =
  | { state: "open" }
  /** `seconds` until the next try; `null` while it is under way. */
  | { state: "lost"; seconds: number | null }
  | { state: "back" };

const backShownMs = 3500;

export function useLine(client: StudioClient, say: (text: string) => void): Line {
  const { connection } = client;
  const now = useSyncExternalStore(
    (listener) => connection.subscribe(listener),
    () => connection.current(),
  );
  const [back, setBack] = useState(false);
  const lost = useRef(false);
  useEffect(() => {
    if (now.state === "reconnecting") {
      if (!lost.current) say("Your work goes on; reconnecting.");
      lost.current = true;
      setBack(false);
    } else if (lost.current) {
      lost.current = false;
      setBack(true);
      say("You are back. Nothing was missed.");
    }
  }, [now, say]);
  useEffect(() => {
    if (!back) return;
    const timer = setTimeout(() => setBack(false), backShownMs);
    return () => clearTimeout(timer);
  }, [back]);
  const seconds = useCountdown(now.state === "reconnecting" ? now.retryAtMs : null);
  if (now.state === "reconnecting") return { state: "lost", seconds };
  return back ? { state: "back" } : { state: "open" };
}

/** Whole seconds until a moment, counting; `null` without one and once it has come. */
export function useCountdown(untilMs: number | null): number | null {
  const [, tick] = useState(0);
  useEffect(() => {
    if (untilMs === null) return;
    const timer = setInterval(() => {
      tick((value) => value + 1);
      if (Date.now() >= untilMs) clearInterval(timer);
    }, 500);
    return () => clearInterval(timer);
  }, [untilMs]);
  if (untilMs === null) return null;
  const left = Math.ceil((untilMs - Date.now()) / 1000);
  return left > 0 ? left : null;
}
