import { type ReactNode, useState } from "react";

/** Two layers and a seam: a native range over both. */
export function Compare({
  before,
  after,
  labels,
  what,
}: {
  before: ReactNode;
  after: ReactNode;
  labels: readonly [string, string];
  what: string;
}) {
  const [position, setPosition] = useState(34);
  return (
    <div className="compare" style={{ "--pos": `${position}%` }}>
      <div className="layer">{before}</div>
      <div className="layer top">{after}</div>
      <span className="tag left">{labels[0]}</span>
      <span className="tag right">{labels[1]}</span>
      <input
        type="range"
        min="0"
        max="100"
        value={position}
        aria-label={`Compare before and after: ${what}`}
        onChange={(event) => setPosition(Number(event.target.value))}
      />
      <span className="seam" aria-hidden="true">
        <i />
      </span>
    </div>
  );
}
