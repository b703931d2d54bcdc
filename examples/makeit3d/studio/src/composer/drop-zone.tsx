import { Print } from "../card/print.tsx";
import { Icon } from "../shell/icon.tsx";
import { useStudio } from "../state/studio.tsx";
import { Picker } from "./picker.tsx";
import { samples } from "./samples.ts";
import type { InputWord } from "./wishes.ts";

const withArticle: Record<InputWord, string> = {
  photo: "a photo",
  picture: "a picture",
  sketch: "a sketch",
  draft: "a draft",
  file: "a file",
};

/** Where the input lies: empty with samples, bringing in, filled, or damaged. */
export function DropZone({ input, nudge }: { input: InputWord; nudge: number }) {
  const { draft, bringing, clearSource } = useStudio();
  const { source } = draft;
  if (source?.state === "damaged")
    return (
      <div className="drop bad" role="alert">
        <Icon name="broken" />
        <p>
          <strong>This did not work.</strong> {source.sentence}
        </p>
        <Picker look="button small" label="Choose" onFile={bringing.bring} />
      </div>
    );
  if (source?.state === "uploading")
    return (
      <div className="drop has">
        <span className="thumb skeleton" />
        <div className="grow">
          <p className="name">Bringing it in</p>
          <div
            className="bar"
            role="progressbar"
            aria-label={`Bringing in ${source.name}`}
            aria-valuenow={source.percent}
            aria-valuemin={0}
            aria-valuemax={100}
          >
            <i style={{ width: `${source.percent}%` }} />
          </div>
        </div>
        <button type="button" className="ghost" onClick={clearSource}>
          <Icon name="close" />
          <span className="sr">Stop bringing it in</span>
        </button>
      </div>
    );
  if (source?.state === "ready")
    return (
      <div className="drop has">
        <span className="thumb">
          {source.kind === "image" ? <Print id={source.id} url={source.url} alt="" /> : <Icon name="wire" />}
        </span>
        <div className="grow">
          <p className="name">{source.name}</p>
          <p className="hint">{source.note || "Ready"}</p>
        </div>
        <button type="button" className="ghost" onClick={clearSource}>
          <Icon name="close" />
          <span className="sr">Remove {source.name}</span>
        </button>
      </div>
    );
  return (
    // A new key restarts the little shake.
    <div className={`drop empty ${nudge ? "nudge" : ""}`} key={nudge}>
      <Icon name="upload" />
      <p>
        Drop {withArticle[input]} here, or <Picker look="link" label="choose one" onFile={bringing.bring} />
      </p>
      {input === "draft" ? null : (
        <div className="tries">
          <span className="hint">Or try</span>
          {samples.map((sample) => (
            <button
              type="button"
              key={sample.id}
              aria-label={`Use the sample: ${sample.alt}`}
              onClick={() => bringing.bringSample(sample.url, sample.name)}
            >
              <img src={sample.url} alt="" width="40" height="40" />
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
