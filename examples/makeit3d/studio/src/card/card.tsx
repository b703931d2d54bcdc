import { useEffect, useRef } from "react";
import type { MadeStep, Step } from "../table/steps.ts";
import { CardFoot, InputFoot } from "./card-foot.tsx";
import { CardMedia, InputMedia } from "./card-media.tsx";

/** One thing on the table, in whatever state it is. */
export function Card({ step, fresh }: { step: Step; fresh: boolean }) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (fresh) place.current?.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
  }, [fresh]);
  const about =
    step.kind === "input" ? "" : [step.retouching, step.style, fromWords(step)].filter(Boolean).join(" · ");
  return (
    <article
      ref={place}
      className={`card is-${step.state} ${step.kind} ${fresh ? "fresh" : ""}`}
      id={`card-${step.id}`}
      aria-labelledby={`title-${step.id}`}
      aria-busy={step.state === "processing"}
    >
      <header>
        <h3 id={`title-${step.id}`}>{step.title}</h3>
        <span className="no">
          <span className="sr">Number </span>
          {step.no}
        </span>
        {about ? <p>{about}</p> : null}
      </header>
      {step.kind === "input" ? (
        <>
          <InputMedia step={step} />
          <InputFoot step={step} />
        </>
      ) : (
        <>
          {step.state === "cancelled" ? null : <CardMedia step={step} />}
          <CardFoot step={step} />
        </>
      )}
    </article>
  );
}

function fromWords(step: MadeStep): string {
  return step.origin ? `from ${step.origin.words}` : "";
}

function calm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
