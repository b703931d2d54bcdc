import { isGenbffError } from "@genbff/client-sdk";
import { useEffect, useRef, useState } from "react";
import type { Fields, StudioClient } from "../api/client.ts";
import { sentenceOf } from "../api/sentence.ts";

/** The price on the button. */
export interface Price {
  credits: number;
  /** Whether a new price is on its way: the old one stays, dimmed, and the button waits. */
  waiting: boolean;
  /** Names the price that was shown, so that it is the one that is held. */
  quoteId?: string;
  /** Why the server would not take it as it is. */
  problem?: string;
  /** Until when the server takes no more questions, in ms since 1970. */
  refusedUntil?: number;
}

const debounceMs = 300;

/**
 * Asks for the price of what is about to be asked for. `fields` is `null` while it is incomplete: then the
 * catalogue's price stands.
 */
export function useQuote(
  client: StudioClient,
  operation: string,
  fields: Fields | null,
  estimated: number,
  round: number,
): Price {
  // The words do not change the price: asking at every key would be for nothing.
  const asked = fields ? JSON.stringify([operation, withoutWords(fields), round]) : null;
  const [price, setPrice] = useState<Price & { asked: string | null }>({
    credits: estimated,
    waiting: false,
    asked: null,
  });
  const latest = useRef({ fields, estimated });
  useEffect(() => {
    latest.current = { fields, estimated };
  });
  useEffect(() => {
    if (asked === null) return;
    const stop = new AbortController();
    const ask = async () => {
      const { fields, estimated } = latest.current;
      if (fields === null) return;
      try {
        const quote = await client.quote(operation, fields, { signal: stop.signal });
        setPrice({ credits: quote.credits, quoteId: quote.quote_id, waiting: false, asked });
      } catch (error) {
        if (stop.signal.aborted) return;
        const wait = isGenbffError(error, "rate_limited") ? (error.retryAfterMs ?? 5000) : 0;
        setPrice({
          credits: estimated,
          waiting: false,
          asked,
          ...(wait ? { refusedUntil: Date.now() + wait } : {}),
          ...(isGenbffError(error, "validation_failed", "asset_unusable")
            ? { problem: sentenceOf(error) }
            : {}),
        });
      }
    };
    const timer = setTimeout(() => void ask(), debounceMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, operation, asked]);
  if (asked === null) return { credits: estimated, waiting: false };
  return { ...price, waiting: price.asked !== asked };
}

function withoutWords(fields: Fields): Fields {
  const { prompt: _, ...rest } = fields;
  return rest;
}
