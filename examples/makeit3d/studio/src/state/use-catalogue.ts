import type { OperationList } from "@genbff/client-sdk";
import { useEffect, useState } from "react";
import type { StudioClient } from "../api/client.ts";

const retryMs = 3000;

/** What the server offers: operations, providers, parameters, prices, styles. `null` until it is known. */
export function useCatalogue(client: StudioClient): OperationList | null {
  const [catalogue, setCatalogue] = useState<OperationList | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    let timer = 0;
    const load = async () => {
      try {
        setCatalogue(await client.operations({ signal: stop.signal }));
      } catch {
        if (!stop.signal.aborted) timer = window.setTimeout(() => void load(), retryMs);
      }
    };
    void load();
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client]);
  return catalogue;
}
