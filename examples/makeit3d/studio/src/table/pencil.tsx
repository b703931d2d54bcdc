import { type RefObject, useEffect, useState } from "react";
import type { Step } from "./steps.ts";

/**
 * Pencil lines from what was used to what was made of it, on wide tables only. Decoration: every card also says it
 * in words.
 */
export function Pencil({
  board,
  steps,
}: {
  board: RefObject<HTMLDivElement | null>;
  steps: readonly Step[];
}) {
  const [path, setPath] = useState("");
  useEffect(() => {
    const root = board.current;
    if (!root) return;
    const draw = () => setPath(linesOn(root, steps));
    draw();
    // Pictures arrive and cards grow: whatever moves a card moves its line.
    const watcher = new ResizeObserver(draw);
    watcher.observe(root);
    for (const card of root.querySelectorAll(".card")) watcher.observe(card);
    return () => watcher.disconnect();
  }, [board, steps]);
  return (
    <svg className="pencil" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

/** From one print. More of them run into one another, and tell nothing. */
const linesMax = 6;

function linesOn(root: HTMLElement, steps: readonly Step[]): string {
  if (getComputedStyle(root).getPropertyValue("--lines").trim() !== "on") return "";
  const origin = root.getBoundingClientRect();
  const leaving = new Map<string, number>();
  let path = "";
  for (const step of steps) {
    if (step.state === "cancelled" || !step.origin) continue;
    const from = root.querySelector(`#card-${CSS.escape(step.origin.stepId)}`);
    const to = root.querySelector(`#card-${CSS.escape(step.id)}`);
    if (!from || !to || from === to) continue;
    const nth = leaving.get(step.origin.stepId) ?? 0;
    leaving.set(step.origin.stepId, nth + 1);
    if (nth >= linesMax) continue;
    path += line(from, to, origin, nth, Number(step.no));
  }
  return path;
}

/** One line and its arrow head, as a hand would draw it. */
function line(from: Element, to: Element, origin: DOMRect, nth: number, no: number): string {
  const media = from.querySelector(".frames, .stage3d, .void") ?? from;
  const a = media.getBoundingClientRect();
  const b = (to.querySelector(".frames, .stage3d, .void") ?? to).getBoundingClientRect();
  const x1 = from.getBoundingClientRect().right - origin.left + 4;
  const x2 = to.getBoundingClientRect().left - origin.left - 7;
  const row = media.childElementCount > 2 ? a.height / 2 : a.height;
  const low = Math.max(a.top + 14, b.top + 16);
  const high = Math.min(a.top + row - 10, b.bottom - 16);
  const level = high > low && nth === 0;
  const y1 = level ? (low + high) / 2 - origin.top : a.top + row - 12 - origin.top - nth * 10;
  const card = to.getBoundingClientRect();
  const y2 = level ? y1 + 2 : card.top + Math.min(card.height * 0.5, 120) - origin.top;
  // Two things in one column are joined along its edge.
  const same = x2 < x1;
  const mid = same ? x1 + 14 : x1 + (x2 - x1) * 0.5;
  const wobble = ((no * 7) % 5) - 2;
  if (same) {
    const end = card.right - origin.left + 5;
    return `M${x1} ${y1}C${mid + 8} ${y1} ${mid + 8 + wobble} ${y2} ${end} ${y2}M${end + 7} ${y2 - 5.5}L${end} ${y2}L${end + 6.5} ${y2 + 5}`;
  }
  return `M${x1} ${y1}C${mid + wobble} ${y1 - 2} ${mid - 6} ${y2 + wobble} ${x2} ${y2}M${x2 - 7} ${y2 - 5.5}L${x2} ${y2}L${x2 - 6.5} ${y2 + 5}`;
}
