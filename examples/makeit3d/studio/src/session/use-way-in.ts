import { useEffect, useState } from "react";
import { findWayIn, type WayIn } from "./account.ts";

const retryMs = 3000;

/** `null` until the server has said it. */
export function useWayIn(): WayIn | null {
  const [wayIn, setWayIn] = useState<WayIn | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    let timer = 0;
    const look = async () => {
      try {
        setWayIn(await findWayIn(stop.signal));
      } catch {
        if (!stop.signal.aborted) timer = window.setTimeout(() => void look(), retryMs);
      }
    };
    void look();
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, []);
  return wayIn;
}
