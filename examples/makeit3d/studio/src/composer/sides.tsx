import { useId, useState } from "react";
import { Print } from "../card/print.tsx";
import { Icon } from "../shell/icon.tsx";
import { useStudio } from "../state/studio.tsx";
import type { Step } from "../table/steps.ts";
import type { Source } from "./draft.ts";
import { Picker } from "./picker.tsx";
import { sourceAt } from "./source-at.ts";

/** What follows the front, in the order in which the server reads them. */
const names = ["left", "back", "right"] as const;

/** A model is truer to what it shows where its other sides are seen too. They are told apart by their order alone. */
export function Sides({ front, max }: { front: Source & { state: "ready" }; max: number }) {
  const { draft, extras } = useStudio();
  const { sides } = draft;
  const [choosing, setChoosing] = useState<number | null>(null);
  const title = useId();
  const places = names.slice(0, max - 1);
  const at = choosing !== null && choosing <= sides.length ? choosing : null;
  const damaged = sides.find((side) => side.state === "damaged");
  return (
    <section className="sides" aria-labelledby={title}>
      <p className="strip-label" id={title}>
        Other sides (if you like)
      </p>
      <ol>
        <li>
          <span className="side has">
            <Print id={front.id} url={front.url} alt="" />
          </span>
          <span className="hint">Front</span>
        </li>
        {places.map((name, place) => (
          <li key={name}>
            <button
              type="button"
              className={`side ${sides[place] ? "has" : ""}`}
              // One after the other: a gap would make the next one another side.
              disabled={place > sides.length}
              aria-expanded={at === place}
              onClick={() => setChoosing(at === place ? null : place)}
            >
              <Shown side={sides[place]} />
              <span className="sr">
                {sides[place] ? "Change" : "Add"} the {name} side
              </span>
            </button>
            <span className="hint" aria-hidden="true">
              {name.charAt(0).toUpperCase() + name.slice(1)}
            </span>
            {place === sides.length - 1 ? (
              <button type="button" className="side-off" onClick={extras.removeLastSide}>
                <Icon name="close" />
                <span className="sr">Remove the {name} side</span>
              </button>
            ) : null}
          </li>
        ))}
      </ol>
      {damaged ? (
        <p className="hint notice" role="alert">
          {damaged.sentence}
        </p>
      ) : null}
      {at === null ? null : <Chooser at={at} front={front.id} onDone={() => setChoosing(null)} />}
    </section>
  );
}

function Shown({ side }: { side: Source | undefined }) {
  if (side?.state === "ready") return <Print id={side.id} url={side.url} alt="" />;
  if (side?.state === "uploading") return <span className="skeleton fill" />;
  return <Icon name={side ? "broken" : "plus"} />;
}

/** A picture of this table, or a file. */
function Chooser({ at, front, onDone }: { at: number; front: string; onDone: () => void }) {
  const { steps, draft, extras } = useStudio();
  const name = names[at];
  const used = new Set([front, ...draft.sides.map((side) => (side.state === "ready" ? side.id : ""))]);
  const pictures = steps.flatMap((step) => picturesOf(step)).filter(({ id }) => !used.has(id));
  return (
    <div className="chooser">
      {pictures.map((picture) => (
        <button
          type="button"
          key={picture.id}
          aria-label={`Use ${picture.note.toLowerCase()} as the ${name} side`}
          onClick={() => {
            extras.setSide(at, picture);
            onDone();
          }}
        >
          <Print id={picture.id} url={picture.url} alt="" />
        </button>
      ))}
      <Picker
        look="button small"
        label="Choose a file"
        about={`for the ${name} side`}
        onFile={(file) => {
          extras.bringSide(at, file);
          onDone();
        }}
      />
    </div>
  );
}

function picturesOf(step: Step): (Source & { state: "ready" })[] {
  const indexes = step.kind === "input" ? [0] : step.frames.map(({ index }) => index);
  return indexes.flatMap((index) => {
    const source = sourceAt(step, index);
    return source?.kind === "image" ? [source] : [];
  });
}
