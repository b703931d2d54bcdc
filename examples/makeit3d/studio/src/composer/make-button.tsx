import { useEffect, useState } from "react";
import { credits } from "../shell/words.ts";
import { useStudio } from "../state/studio.tsx";
import { useCountdown } from "../state/use-line.ts";
import type { Price } from "./use-quote.ts";

/** The main button. It always says the price before, and what stands in the way. */
export function MakeButton({
  price,
  wanting,
  busy,
  refusedUntil,
  notice,
  onMake,
}: {
  price: Price;
  /** What is still missing, as a sentence; the button keeps its price and points to it. */
  wanting: string | null;
  busy: boolean;
  refusedUntil: number | null;
  /** What the server said about the last try. */
  notice: string | null;
  onMake: () => void;
}) {
  const { money } = useStudio();
  const wait = useCountdown(refusedUntil);
  const { press, changed } = usePress(price, busy, onMake);
  const balance = money.balance;
  if (wait !== null)
    return (
      <>
        <button className="make" type="button" disabled>
          Free again in {wait} s
        </button>
        <p className="hint">You have started many at once. Nothing was charged.</p>
      </>
    );
  if (balance && price.credits > balance.available)
    return (
      <>
        <button className="make" type="button" disabled>
          Needs {credits(price.credits)}
        </button>
        <p className="hint">
          You have {balance.available} free
          {balance.held > 0
            ? `; ${balance.held} come free or are paid when your running work ends.`
            : ", which is not enough for this."}
        </p>
      </>
    );
  const said = notice ?? (changed ? "The price has just changed. Look at it again." : null);
  return (
    <>
      <button
        className={`make ${price.waiting ? "waiting" : ""}`}
        type="button"
        aria-describedby="make-hint"
        aria-busy={price.waiting || busy}
        onClick={press}
      >
        {/* One line of text, so that it is read as one: "Make · 2 credits". */}
        <span>
          Make <span className="dot">·</span> <span className="cost">{credits(price.credits)}</span>
        </span>
      </button>
      {said ? (
        <p className="hint notice" id="make-hint" role="alert">
          {said}
        </p>
      ) : (
        <p className="hint" id="make-hint">
          {wanting ?? "Set aside now, paid only for what arrives."}
        </p>
      )}
    </>
  );
}

/** A press while a new price is on its way waits for it, and counts only if the price is the one that was seen. */
function usePress(price: Price, busy: boolean, onMake: () => void) {
  const [seen, setSeen] = useState<number | null>(null);
  const [changedTo, setChangedTo] = useState<number | null>(null);
  useEffect(() => {
    if (seen === null || price.waiting) return;
    setSeen(null);
    if (seen === price.credits) onMake();
    else setChangedTo(price.credits);
  }, [seen, price, onMake]);
  const press = () => {
    if (busy) return;
    setChangedTo(null);
    if (price.waiting) setSeen(price.credits);
    else onMake();
  };
  return { press, changed: changedTo === price.credits };
}
