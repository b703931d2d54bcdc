import { useState } from "react";
import { MaskField } from "../mask/mask-field.tsx";
import { Icon } from "../shell/icon.tsx";
import { Radios } from "../shell/radios.tsx";
import { useStudio } from "../state/studio.tsx";
import { type Choice, choiceOf } from "./draft.ts";
import { DropZone } from "./drop-zone.tsx";
import { formOf } from "./form.ts";
import { MakeButton } from "./make-button.tsx";
import { Choices, MoreChoices } from "./more-choices.tsx";
import { Count, Maker, StyleChips } from "./parts.tsx";
import { estimate, fieldsOf, type Lack, missing } from "./request.ts";
import { Sides } from "./sides.tsx";
import { useMake } from "./use-make.ts";
import { useQuote } from "./use-quote.ts";
import { type Wish, wishesOffered } from "./wishes.ts";

/** The left side: what should be made, from what, how, and for how much. */
export function Composer() {
  const { catalogue, draft, sheet } = useStudio();
  const choice = catalogue ? choiceOf(catalogue, draft) : null;
  return (
    <section
      className={`composer ${sheet.open ? "open" : ""}`}
      id="composer"
      aria-labelledby="composer-title"
      tabIndex={-1}
    >
      <div className="grip">
        <button type="button" className="ghost" onClick={sheet.hide}>
          <Icon name="close" />
          <span className="sr">Close</span>
        </button>
      </div>
      {choice ? <ComposerForm choice={choice} key="form" /> : <ComposerGhost />}
    </section>
  );
}

function ComposerForm({ choice }: { choice: Choice }) {
  const { client, draft, change, say } = useStudio();
  const { wish, entry, provider } = choice;
  const form = formOf(entry, provider);
  const fields = fieldsOf(draft, choice, form);
  const lacks = missing(draft, form);
  const maker = useMake();
  const price = useQuote(client, wish.operation, lacks ? null : fields, estimate(entry, fields), maker.round);
  const [nudge, setNudge] = useState(0);
  const make = () => {
    if (lacks === null) {
      maker.make(wish.operation, fields, price);
      return;
    }
    say(wanting(lacks, wish) ?? "");
    setNudge((count) => count + 1);
    const place =
      lacks === "file"
        ? ".drop input, .drop button"
        : lacks === "prompt"
          ? "#prompt"
          : typeof lacks === "string"
            ? `.${lacks === "mask" ? "marks" : "sides"} button`
            : `[data-field="${lacks.name}"] :is(input, select)`;
    requestAnimationFrame(() => document.querySelector<HTMLElement>(place)?.focus());
  };
  const refusedUntil = Math.max(maker.refusedUntil, price.refusedUntil ?? 0) || null;
  return (
    <>
      <div className="composer-body">
        <p className="eyebrow">Make something new</p>
        <h2 id="composer-title">{wish.title}</h2>
        <WishRadios wish={wish} />
        {wish.input ? <DropZone input={wish.input} nudge={lacks === "file" ? nudge : 0} /> : null}
        {form.mask && draft.source?.state === "ready" ? (
          <MaskField source={draft.source} what={wish.marks} nudge={lacks === "mask" ? nudge : 0} />
        ) : null}
        {form.file && form.file.max > 1 && draft.source?.state === "ready" ? (
          <Sides front={draft.source} max={form.file.max} />
        ) : null}
        {form.prompt ? (
          <div className="field" data-field="prompt">
            <label htmlFor="prompt">
              {wish.make === "retouch"
                ? "What should change"
                : wish.input
                  ? "What it should become"
                  : "What you see"}
              {form.prompt.required ? "" : " (if you like)"}
            </label>
            <textarea
              id="prompt"
              rows={3}
              maxLength={form.prompt.maxLength}
              placeholder={
                wish.noun === "3D model"
                  ? "A small lighthouse, smooth clay, rounded rocks"
                  : "A quiet harbour at dusk, seen from the water"
              }
              value={draft.prompt}
              onChange={(event) => change({ prompt: event.target.value })}
              onKeyDown={(event) => {
                if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) make();
              }}
            />
          </div>
        ) : form.needed.length > 0 ? null : (
          <p className="hint lone">
            {form.mask
              ? "No words needed: the mark says it."
              : "No words needed: the subject is found by itself."}
          </p>
        )}
        <Choices fields={form.needed} />
        {form.styles ? <StyleChips /> : null}
        {form.count || entry.providers.length > 1 ? (
          <div className="pair">
            {form.count ? <Count count={form.count} /> : null}
            <Maker entry={entry} provider={provider} />
          </div>
        ) : null}
        <MoreChoices fields={form.more} open={wish.operation === "outpaint"} key={wish.operation} />
      </div>
      <div className="composer-foot">
        <MakeButton
          price={price}
          wanting={lacks ? wanting(lacks, wish) : null}
          busy={maker.busy}
          refusedUntil={refusedUntil}
          notice={maker.noticeOn(wish.operation, fields) ?? price.problem ?? null}
          onMake={make}
        />
      </div>
    </>
  );
}

function wanting(lacks: Lack, wish: Wish): string {
  if (typeof lacks === "object") return `First fill in “${lacks.label}”.`;
  if (lacks === "mask") return `First mark ${wish.marks}.`;
  if (lacks === "sides") return "One of the sides is not there yet.";
  if (lacks === "prompt") return wish.input ? "First say what it should become." : "First say what you see.";
  return wish.input === "draft" ? "First add a draft from your table." : `First add a ${wish.input}.`;
}

/** "Make" and "From": together they mean one operation. */
function WishRadios({ wish }: { wish: Wish }) {
  const { catalogue, draft, change } = useStudio();
  const wishes = wishesOffered(catalogue?.operations ?? []);
  const makes = [...new Map(wishes.map((item) => [item.make, item.makeLabel]))];
  const froms = wishes.filter((item) => item.make === wish.make);
  const choose = (next: Wish | undefined) => {
    if (next) change({ operation: next.operation, more: {} });
  };
  return (
    <>
      <Radios
        name="make"
        legend="What to make"
        options={makes.map(([value, label]) => ({ value, label }))}
        value={wish.make}
        onChange={(make) => {
          const group = wishes.filter((item) => item.make === make);
          // What lies in the drop zone stays in use.
          choose((draft.source ? group.find((item) => item.input !== undefined) : undefined) ?? group[0]);
        }}
      />
      {froms.length > 1 ? (
        <Radios
          name="from"
          legend="What to start from"
          look="seg-quiet"
          options={froms.map((item) => ({ value: item.from, label: item.fromLabel }))}
          value={wish.from}
          onChange={(from) => choose(froms.find((item) => item.from === from))}
        />
      ) : null}
    </>
  );
}

function ComposerGhost() {
  return (
    <div className="composer-body" aria-busy="true">
      <h2 className="sr" id="composer-title">
        Fetching what can be made
      </h2>
      <span className="skeleton line" style={{ width: 120 }} />
      <span className="skeleton line big" style={{ width: 220 }} />
      <span className="skeleton" style={{ height: 40 }} />
      <span className="skeleton" style={{ height: 120 }} />
      <span className="skeleton" style={{ height: 84 }} />
    </div>
  );
}
