import { useRef } from "react";
import { Card } from "../card/card.tsx";
import { useNextSteps } from "../loupe/use-next-steps.ts";
import { Icon } from "../shell/icon.tsx";
import { credits } from "../shell/words.ts";
import { useStudio } from "../state/studio.tsx";
import { Pencil } from "./pencil.tsx";
import { type Column, columnTitles, type Step } from "./steps.ts";

/** The table itself: four columns from start to end, and pencil lines between what belongs together. */
export function Board() {
  const { steps, freshId } = useStudio();
  const board = useRef<HTMLDivElement>(null);
  const offers = useOpenPlaces(steps);
  return (
    <div className="board" id="board" tabIndex={-1} ref={board}>
      <Pencil board={board} steps={steps} />
      {columnTitles.map((title, column) => {
        const own = steps.filter((step) => step.column === column);
        const offer = own.length === 0 ? offers.find((item) => item.column === column) : undefined;
        if (own.length === 0 && !offer) return null;
        return (
          <section className={`col col-${column}`} aria-labelledby={`column-${column}`} key={title}>
            <h2 id={`column-${column}`}>
              {title}
              {own.length > 0 ? <span>{own.length}</span> : null}
            </h2>
            {own.map((step) => (
              <Card key={step.id} step={step} fresh={step.id === freshId} />
            ))}
            {offer ? (
              <button type="button" className="open-place" onClick={offer.take}>
                <Icon name="plus" />
                <span>{offer.label}</span>
                <small>{credits(offer.credits)}</small>
              </button>
            ) : null}
          </section>
        );
      })}
    </div>
  );
}

const columnOf: Record<string, Column> = { "image-to-image": 1, "image-to-model": 2, "refine-model": 3 };

/** An open place says what could lie there, and its price. */
function useOpenPlaces(steps: readonly Step[]) {
  const nextSteps = useNextSteps();
  const last = steps.findLast((step) => step.state === "complete");
  if (!last) return [];
  const index = last.kind === "input" ? 0 : last.frames.find((frame) => frame.asset)?.index;
  return nextSteps(last, index).map((next) => ({ ...next, column: columnOf[next.operation] }));
}
