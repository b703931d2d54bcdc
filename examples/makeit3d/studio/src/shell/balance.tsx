import { useEffect, useRef, useState } from "react";
import { useStudio } from "../state/studio.tsx";

const countMs = 600;

/** What is free, and what is set aside. Opens the history. */
export function BalanceButton({ onPress }: { onPress: () => void }) {
  const { money } = useStudio();
  const { balance } = money;
  const { shown, way } = useCounting(balance?.available ?? null);
  return (
    <button type="button" className="balance" aria-haspopup="dialog" onClick={onPress}>
      <span className={`figure ${way}`}>
        <b>{shown ?? "–"}</b> credits<span className="sr"> free, </span>
      </span>
      <span className="aside">{balance?.held ? `${balance.held} set aside` : "none set aside"}</span>
    </button>
  );
}

/** Counts from the old figure to the new one; at once for people who want no motion. */
function useCounting(target: number | null): { shown: number | null; way: "" | "up" | "down" } {
  const [shown, setShown] = useState(target);
  const [way, setWay] = useState<"" | "up" | "down">("");
  const before = useRef(target);
  useEffect(() => {
    const from = before.current;
    before.current = target;
    if (from === target) return;
    if (from === null || target === null || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      setShown(target);
      return;
    }
    setWay(target > from ? "up" : "down");
    const start = performance.now();
    let frame = 0;
    const tick = (now: number) => {
      const part = Math.min(1, Math.max(0, (now - start) / countMs));
      setShown(Math.round(from + (target - from) * (1 - (1 - part) ** 3)));
      if (part < 1) frame = requestAnimationFrame(tick);
      else setWay("");
    };
    frame = requestAnimationFrame(tick);
    return () => {
      cancelAnimationFrame(frame);
      setShown(target);
    };
  }, [target]);
  return { shown, way };
}
