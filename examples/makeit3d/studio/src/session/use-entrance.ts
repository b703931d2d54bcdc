import { type FormEvent, useState } from "react";

/** A form at the door: while it asks it is busy, and what it is refused with stands below it. */
export interface Entrance {
  readonly busy: boolean;
  readonly refusal: string | null;
  readonly submit: (event: FormEvent) => void;
}

/** @param enter - Opens the door; what it throws is told, unless the line broke, which has no sentence of its own. */
export function useEntrance(enter: () => Promise<void>): Entrance {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const ask = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      await enter();
    } catch (error) {
      const told = error instanceof Error && !(error instanceof TypeError);
      setRefusal(told ? error.message : "The studio cannot be reached just now. Please try again soon.");
    }
    setBusy(false);
  };
  return {
    busy,
    refusal,
    submit: (event) => {
      event.preventDefault();
      void ask();
    },
  };
}
