import type { OperationEntry } from "@genbff/client-sdk";
import { Icon } from "../shell/icon.tsx";
import { credits, providerName } from "../shell/words.ts";
import { useStudio } from "../state/studio.tsx";
import { countWithin } from "./request.ts";

/** How it should look: the catalogue's presets. */
export function StyleChips() {
  const { catalogue, draft, change } = useStudio();
  const styles = [{ style: "", title: "As it is" }, ...(catalogue?.styles ?? [])];
  return (
    <fieldset className="styles">
      <legend>Style</legend>
      <div className="chips">
        {styles.map(({ style, title }) => (
          <label className="chip" key={style}>
            <input
              type="radio"
              name="style"
              value={style}
              checked={draft.style === style}
              onChange={() => change({ style })}
            />
            <span>
              <i className={`swatch sw-${style || "none"}`} aria-hidden="true" />
              {title}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** How many pictures, where the provider can make several. */
export function Count({ count }: { count: { min: number; max: number } }) {
  const { draft, change } = useStudio();
  const value = countWithin(count, draft.count);
  return (
    <fieldset className="count">
      <legend className="sr">How many pictures</legend>
      <span className="label" aria-hidden="true">
        How many
      </span>
      <span className="stepper">
        <button
          type="button"
          aria-label="One fewer"
          disabled={value <= count.min}
          onClick={() => change({ count: value - 1 })}
        >
          <Icon name="minus" />
        </button>
        <output aria-live="polite">{value}</output>
        <button
          type="button"
          aria-label="One more"
          disabled={value >= count.max}
          onClick={() => change({ count: value + 1 })}
        >
          <Icon name="plus" />
        </button>
      </span>
    </fieldset>
  );
}

/** Who makes it, by public name. Shown only where there is something to choose. */
export function Maker({ entry, provider }: { entry: OperationEntry; provider: string | undefined }) {
  const { change } = useStudio();
  if (entry.providers.length < 2) return null;
  return (
    <div className="maker">
      <label htmlFor="maker">Made by</label>
      <span className="select">
        <select
          id="maker"
          value={provider ?? ""}
          onChange={(event) => change({ provider: event.target.value, more: {} })}
        >
          {entry.provider_optional ? <option value="">Best choice</option> : null}
          {entry.providers.map((item) => (
            <option key={item.provider} value={item.provider}>
              {providerName(item.provider)}, {credits(item.price.credits)}
              {item.price.per === "output" ? " each" : ""}
            </option>
          ))}
        </select>
        <Icon name="chevron" />
      </span>
    </div>
  );
}
