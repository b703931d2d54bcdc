import { isGenbffError } from "@genbff/client-sdk";
import { useState } from "react";
import type { Fields } from "../api/client.ts";
import { sentenceOf } from "../api/sentence.ts";
import { credits } from "../shell/words.ts";
import { useStudio } from "../state/studio.tsx";
import type { Price } from "./use-quote.ts";

export interface Maker {
  make: (operation: string, fields: Fields, price: Price) => void;
  /** Whether the wish is on its way. */
  busy: boolean;
  /** What the server said about the last try of these same fields. */
  noticeOn: (operation: string, fields: Fields) => string | null;
  /** Until when it takes no more, in ms since 1970; 0 if it does. */
  refusedUntil: number;
  /** Goes up when the price must be asked for again. */
  round: number;
}

const defaultWaitMs = 10_000;

/** Starts what was asked for, and says why where it cannot. */
export function useMake(): Maker {
  const { client, taskId, started, money, say } = useStudio();
  const [busy, setBusy] = useState(false);
  const [notice, setNotice] = useState<{ asked: string; sentence: string } | null>(null);
  const [refusedUntil, setRefusedUntil] = useState(0);
  const [round, setRound] = useState(0);
  const start = async (operation: string, fields: Fields, price: Price) => {
    if (taskId === null) return;
    setBusy(true);
    setNotice(null);
    try {
      const request = { task_id: taskId, ...fields, ...(price.quoteId ? { quote_id: price.quoteId } : {}) };
      const generation = await client.generate(operation, request);
      say(`Started. ${credits(price.credits)} set aside.`);
      started(generation.id);
    } catch (error) {
      if (isGenbffError(error, "rate_limited", "too_many_generations")) {
        const wait = error.retryAfterMs ?? defaultWaitMs;
        setRefusedUntil(Date.now() + wait);
        say(`${error.message} Free again in ${Math.ceil(wait / 1000)} seconds. Nothing was charged.`);
      } else {
        setNotice({
          asked: JSON.stringify([operation, fields]),
          sentence: `${sentenceOf(error)} Nothing was charged.`,
        });
        pointTo(error);
      }
      if (isGenbffError(error, "insufficient_credits")) await money.refresh();
    } finally {
      setBusy(false);
      // A price is good for one wish.
      setRound((value) => value + 1);
    }
  };
  return {
    make: (operation, fields, price) => void start(operation, fields, price),
    busy,
    noticeOn: (operation, fields) =>
      notice?.asked === JSON.stringify([operation, fields]) ? notice.sentence : null,
    refusedUntil,
    round,
  };
}

/** Leads to the field that the server names, also where it is folded away. */
function pointTo(error: unknown): void {
  if (!isGenbffError(error, "validation_failed")) return;
  const name = error.details.issues?.[0]?.pointer.split("/")[1];
  const field = name
    ? document.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"] :is(input, select, textarea)`)
    : null;
  const folded = field?.closest("details");
  if (folded) folded.open = true;
  field?.focus();
}
