import type { Balance } from "@genbff/client-sdk";
import { useCallback, useEffect, useState } from "react";
import type { StudioClient } from "../api/client.ts";

export interface Money {
  /** `null` until the server has said it once. */
  balance: Balance | null;
  set: (balance: Balance) => void;
  refresh: () => Promise<void>;
}

/** The wallet: read once, then kept true by what the streams tell. */
export function useMoney(client: StudioClient): Money {
  const [balance, set] = useState<Balance | null>(null);
  const refresh = useCallback(async () => {
    try {
      set(await client.credits.balance());
    } catch {
      return; // The old figure stays; the next movement brings the new one.
    }
  }, [client]);
  useEffect(() => {
    void refresh();
  }, [refresh]);
  return { balance, set, refresh };
}
