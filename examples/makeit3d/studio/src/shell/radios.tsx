import type { ReactNode } from "react";

export interface Option {
  value: string;
  label: string;
}

/** A few choices side by side: native radios, drawn as one strip. */
export function Radios({
  name,
  legend,
  options,
  value,
  onChange,
  look = "",
  shownLegend,
}: {
  name: string;
  legend: string;
  options: readonly Option[];
  value: string;
  onChange: (value: string) => void;
  look?: "" | "seg-quiet" | "seg-small";
  shownLegend?: ReactNode;
}) {
  return (
    <div className="strip">
      {shownLegend}
      <fieldset className={`seg ${look}`}>
        <legend className="sr">{legend}</legend>
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}
