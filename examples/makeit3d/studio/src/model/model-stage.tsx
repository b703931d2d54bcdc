import type { Asset } from "@genbff/client-sdk";
import { Component, lazy, type ReactNode, Suspense, useId, useRef, useState } from "react";
import { Icon } from "../shell/icon.tsx";
import { useSeen } from "./use-seen.ts";

/** Three.js comes with the first model that is to be seen, not before. */
const Viewer = lazy(async () => ({ default: (await import("./viewer.tsx")).Viewer }));

/** A 3D model that people can turn: by drag, or by the range below it. */
export function ModelStage({
  asset,
  label,
  large = false,
}: {
  asset: Asset;
  label: string;
  large?: boolean;
}) {
  const [yaw, setYaw] = useState(-0.5);
  const [wireframe, setWireframe] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const seen = useSeen(place);
  const id = useId();
  const turn = (
    <input
      id={id}
      type="range"
      min="-180"
      max="180"
      value={Math.round((yaw * 180) / Math.PI)}
      onChange={(event) => setYaw((Number(event.target.value) / 180) * Math.PI)}
    />
  );
  const wire = (
    <button
      type="button"
      className={`chipbtn ${large ? "static" : ""}`}
      aria-pressed={wireframe}
      onClick={() => setWireframe((on) => !on)}
    >
      <Icon name="wire" />
      Wireframe
    </button>
  );
  return (
    <>
      <div className={`stage3d ${large ? "big" : ""}`} ref={place}>
        {seen ? (
          <OrWords>
            <Suspense fallback={<span className="skeleton fill" />}>
              <Viewer
                asset={asset}
                label={label}
                yaw={yaw}
                onTurn={setYaw}
                wireframe={wireframe}
                raised={!large}
              />
            </Suspense>
          </OrWords>
        ) : null}
        {large ? null : (
          <>
            {wire}
            <label className="dial" htmlFor={id}>
              <span className="sr">Turn the model</span>
              {turn}
            </label>
          </>
        )}
      </div>
      {large ? (
        <div className="turn">
          <label htmlFor={id}>Turn</label>
          {turn}
          {wire}
        </div>
      ) : null}
    </>
  );
}

/** Where the viewer cannot run, words stand in its place; the file can still be downloaded. */
class OrWords extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };
  static getDerivedStateFromError() {
    return { broken: true };
  }
  override render() {
    if (!this.state.broken) return this.props.children;
    return <p className="stage-words">This browser cannot show the model here. You can download it.</p>;
  }
}
