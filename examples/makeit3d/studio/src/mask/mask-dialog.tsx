import { useEffect, useId, useRef, useState } from "react";
import { Icon } from "../shell/icon.tsx";
import { Radios } from "../shell/radios.tsx";
import { Easel } from "./easel.tsx";
import { type Mark, type Size, shareOf } from "./paint.ts";

const brushes = [
  { value: "paint", label: "Paint" },
  { value: "rub", label: "Rub out" },
] as const;

/** A picture, large, to paint on: what is covered is what will change. */
export function MaskDialog({
  url,
  what,
  marks: before,
  onUse,
  onClose,
}: {
  url: string;
  /** "what should go". */
  what: string;
  marks: readonly Mark[];
  onUse: (marks: readonly Mark[], size: Size, share: number) => void;
  onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const width = useId();
  const [marks, setMarks] = useState(before);
  const [size, setSize] = useState<Size | null>(null);
  const [brush, setBrush] = useState("paint");
  const [percent, setPercent] = useState(10);
  const [notice, setNotice] = useState("");
  useEffect(() => dialog.current?.showModal(), []);
  const shut = () => dialog.current?.close();
  const use = () => {
    if (!size) return;
    const share = shareOf(size, marks);
    if (share === 0) {
      setNotice(`Nothing is painted yet. Paint over ${what}.`);
      return;
    }
    onUse(marks, size, share);
    shut();
  };
  const side = size ? Math.min(size.width, size.height) : 0;
  return (
    <dialog ref={dialog} className="loupe painter" aria-labelledby="painter-title" onClose={onClose}>
      <div className="loupe-media">
        <Easel
          url={url}
          size={size}
          marks={marks}
          brush={{ rub: brush === "rub", width: (side * percent) / 100 }}
          onSize={setSize}
          onMark={(mark) => {
            setNotice("");
            setMarks((done) => [...done, mark]);
          }}
        />
      </div>
      <div className="loupe-side">
        <button type="button" className="ghost shut" onClick={shut}>
          <Icon name="close" />
          <span className="sr">Close without using it</span>
        </button>
        <p className="eyebrow">Mark the place</p>
        <h2 id="painter-title">Paint over {what}</h2>
        <Radios
          name="brush"
          legend="What the brush does"
          options={brushes}
          value={brush}
          onChange={setBrush}
        />
        <div className="field">
          <label htmlFor={width}>Brush</label>
          <div className="thickness">
            <i aria-hidden="true" />
            <input
              id={width}
              type="range"
              min="2"
              max="40"
              value={percent}
              aria-valuetext={`${percent} % of the picture`}
              onChange={(event) => setPercent(Number(event.target.value))}
            />
            <i aria-hidden="true" />
          </div>
        </div>
        <div className="acts">
          <button
            type="button"
            className="act"
            disabled={marks.length === 0}
            onClick={() => setMarks((done) => done.slice(0, -1))}
          >
            <Icon name="undo" />
            Undo
          </button>
          <button type="button" className="act" disabled={marks.length === 0} onClick={() => setMarks([])}>
            <Icon name="close" />
            Clear
          </button>
          <button
            type="button"
            className="act"
            onClick={() => setMarks((done) => [...done, { kind: "turn" }])}
          >
            <Icon name="turn" />
            All but this
          </button>
        </div>
        <div className="stack">
          {notice ? (
            <p className="hint notice" role="alert">
              {notice}
            </p>
          ) : (
            <p className="hint">Only what is painted changes. You can come back to it.</p>
          )}
          <button type="button" className="button solid" onClick={use}>
            Use this
          </button>
        </div>
      </div>
    </dialog>
  );
}
