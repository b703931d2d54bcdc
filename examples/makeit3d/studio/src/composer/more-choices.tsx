import type { JsonValue } from "@genbff/client-sdk";
import { useId } from "react";
import { Icon } from "../shell/icon.tsx";
import { Radios } from "../shell/radios.tsx";
import { useStudio } from "../state/studio.tsx";
import type { Field } from "./form.ts";
import { shownValue } from "./request.ts";

/** Everything else an operation can be told, made from its JSON Schema. */
export function MoreChoices({
  fields,
  open,
}: {
  fields: readonly Field[];
  /** Shown from the start: they are what it is about. */
  open: boolean;
}) {
  if (fields.length === 0) return null;
  return (
    <details className="more" open={open}>
      <summary>
        <Icon name="chevron" />
        More choices
      </summary>
      <div className="more-body">
        <Choices fields={fields} />
      </div>
    </details>
  );
}

/** One control for each field, with its default filled in. */
export function Choices({ fields }: { fields: readonly Field[] }) {
  const { draft, change } = useStudio();
  return fields.map((field) => (
    <Control
      key={field.name}
      field={field}
      value={shownValue(field, draft)}
      onChange={(value) => change({ more: { ...draft.more, [field.name]: value } })}
    />
  ));
}

interface ControlProps<F extends Field = Field> {
  field: F;
  value: JsonValue;
  onChange: (value: JsonValue) => void;
}

function Control({ field, value, onChange }: ControlProps) {
  if (field.kind === "choice") return <Choice field={field} value={value} onChange={onChange} />;
  if (field.kind === "flag")
    return (
      <label className="tick">
        <input
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
        <span>{field.label}</span>
      </label>
    );
  return <Typed field={field} value={value} onChange={onChange} />;
}

const fewAtMost = 3;

function Choice({ field, value, onChange }: ControlProps<Field & { kind: "choice" }>) {
  const id = useId();
  const short = field.options.reduce((sum, option) => sum + option.label.length, 0) <= 26;
  if (field.options.length <= fewAtMost && short)
    return (
      <Radios
        name={`${id}-${field.name}`}
        legend={field.label}
        shownLegend={
          <span className="strip-label" aria-hidden="true">
            {field.label}
          </span>
        }
        options={field.options}
        value={String(value)}
        onChange={onChange}
        look="seg-small"
      />
    );
  return (
    <div className="field" data-field={field.name}>
      <label htmlFor={id}>{field.label}</label>
      <span className="select">
        <select id={id} value={String(value)} onChange={(event) => onChange(event.target.value)}>
          {field.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <Icon name="chevron" />
      </span>
    </div>
  );
}

function Typed({ field, value, onChange }: ControlProps<Field & { kind: "number" | "text" }>) {
  const id = useId();
  const numeric = field.kind === "number";
  return (
    <div className="field" data-field={field.name}>
      <label htmlFor={id}>{field.label}</label>
      <input
        id={id}
        type={numeric ? "number" : "text"}
        inputMode={numeric ? (field.whole ? "numeric" : "decimal") : undefined}
        min={numeric ? field.min : undefined}
        max={numeric ? field.max : undefined}
        step={numeric ? (field.whole ? 1 : "any") : undefined}
        maxLength={numeric ? undefined : field.maxLength}
        placeholder={numeric ? "any" : undefined}
        value={value === null ? "" : String(value)}
        onChange={(event) => {
          const text = event.target.value;
          onChange(numeric && text !== "" ? Number(text) : text);
        }}
      />
      {field.hint ? <p className="hint">{field.hint}</p> : null}
    </div>
  );
}
