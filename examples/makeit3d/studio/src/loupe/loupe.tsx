import { useEffect, useRef } from "react";
import { Print } from "../card/print.tsx";
import { ModelStage } from "../model/model-stage.tsx";
import { Icon } from "../shell/icon.tsx";
import { credits, dimensions, duration, fileSize } from "../shell/words.ts";
import { useStudio } from "../state/studio.tsx";
import { columnTitles, frameName, type MadeStep, type Step } from "../table/steps.ts";
import { Compare } from "./compare.tsx";
import type { LoupePlace } from "./loupe-place.tsx";
import { useNextSteps } from "./use-next-steps.ts";

/** A print, large: its facts, what could be made of it, and the file itself. */
export function Loupe({ place, onClose }: { place: LoupePlace; onClose: () => void }) {
  const { steps } = useStudio();
  const dialog = useRef<HTMLDialogElement>(null);
  const step = steps.find((item) => item.id === place.stepId);
  const nextSteps = useNextSteps();
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    if (!step) dialog.current?.close();
  }, [step]);
  const shut = () => dialog.current?.close();
  const name = step ? frameName(step, place.index) : "";
  const title = step ? titleOf(step) : "";
  return (
    <dialog
      ref={dialog}
      className="loupe"
      aria-labelledby="loupe-title"
      // A press beside it shuts it too, where the browser knows how; the button and Escape always do.
      closedby="any"
      onClose={onClose}
    >
      <div className="loupe-media">
        {step ? <Large step={step} index={place.index} steps={steps} /> : null}
      </div>
      <div className="loupe-side">
        <button type="button" className="ghost shut" onClick={shut}>
          <Icon name="close" />
          <span className="sr">Close</span>
        </button>
        <p className="eyebrow">{columnTitles[step?.column ?? 0]}</p>
        <h2 id="loupe-title">
          {title} <span className="no">{name}</span>
        </h2>
        {step && step.kind !== "input" && step.prompt ? <blockquote>{step.prompt}</blockquote> : null}
        {step ? <Facts step={step} index={place.index} /> : null}
        <div className="stack">
          {step
            ? nextSteps(step, place.index).map((next, position) => (
                <button
                  type="button"
                  key={next.operation}
                  className={`button ${position === 0 ? "solid" : ""}`}
                  onClick={() => {
                    shut();
                    next.take();
                  }}
                >
                  {next.label} · {credits(next.credits)}
                </button>
              ))
            : null}
          {step ? <Download step={step} index={place.index} /> : null}
        </div>
      </div>
    </dialog>
  );
}

function titleOf(step: Step): string {
  return step.kind === "picture" && step.frames.length > 1 ? "Picture" : step.title;
}

function assetAt(step: Step, index: number) {
  return step.kind === "input" ? undefined : step.frames.find((frame) => frame.index === index)?.asset;
}

function Large({ step, index, steps }: { step: Step; index: number; steps: readonly Step[] }) {
  if (step.kind === "input")
    return (
      <div className="frame plain">
        <Print id={step.id} url={step.input.asset_url} alt={step.title} />
      </div>
    );
  const asset = assetAt(step, index);
  const name = `${step.title}, ${frameName(step, index)}`;
  if (!asset) return null;
  if (asset.kind === "model") return <ModelStage asset={asset} label={`3D model, number ${step.no}`} large />;
  const before = beforeOf(step, steps);
  const after = <Print id={asset.asset_id} url={asset.asset_url} alt={before ? "" : name} />;
  const style = asset.width && asset.height ? { aspectRatio: `${asset.width} / ${asset.height}` } : {};
  return (
    <div className="frame plain" style={style}>
      {before ? (
        <Compare
          before={<Print id={before.id} url={before.url} alt="" />}
          after={after}
          labels={["Start", "Result"]}
          what={name}
        />
      ) : (
        after
      )}
    </div>
  );
}

/** The picture that a picture was made from. */
function beforeOf(step: MadeStep, steps: readonly Step[]): { id: string; url: string } | null {
  const origin = steps.find((item) => item.id === step.origin?.stepId);
  if (origin?.kind === "input") return { id: origin.id, url: origin.input.asset_url };
  const asset =
    origin && "frames" in origin
      ? origin.frames.find(
          (frame) => frame.asset && step.generation.source_asset_ids.includes(frame.asset.asset_id),
        )?.asset
      : undefined;
  return asset?.kind === "image" ? { id: asset.asset_id, url: asset.asset_url } : null;
}

function Facts({ step, index }: { step: Step; index: number }) {
  const facts: [string, string][] = [];
  if (step.kind === "input") {
    if (step.input.filename) facts.push(["Name", step.input.filename]);
    if (dimensions(step.input)) facts.push(["Size", dimensions(step.input)]);
    facts.push(["File", fileSize(step.input.bytes)], ["Price", "Nothing: it is yours"]);
  } else {
    const { generation } = step;
    const asset = assetAt(step, index);
    if (step.style) facts.push(["Style", step.style]);
    if (step.origin) facts.push(["Made from", step.origin.words]);
    if (generation.completed_at)
      facts.push(["Took", duration(Date.parse(generation.completed_at) - Date.parse(generation.created_at))]);
    if (asset && dimensions(asset)) facts.push(["Size", dimensions(asset)]);
    if (asset) facts.push(["File", fileSize(asset.bytes)]);
    const several = generation.assets.length;
    facts.push([
      "Paid",
      several > 1
        ? `${credits(generation.credits.charged)} for ${several}`
        : credits(generation.credits.charged),
    ]);
  }
  return (
    <dl>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Download({ step, index }: { step: Step; index: number }) {
  const { client, say } = useStudio();
  const asset = assetAt(step, index);
  if (!asset) return null;
  const extension = /\.(\w+)(?:\?|$)/.exec(asset.asset_url)?.[1] ?? "bin";
  const filename = `${asset.kind}-${frameName(step, index)}.${extension}`;
  const download = async () => {
    let url = asset.asset_url;
    try {
      url = (await client.asset(asset.asset_id).url()).asset_url;
    } catch {
      // The address that we were told still works for a while: try with it.
      url = asset.asset_url;
    }
    const link = document.createElement("a");
    link.href = url;
    link.download = filename;
    link.click();
    say("The file is on its way to your downloads.");
  };
  return (
    <button type="button" className="button" onClick={() => void download()}>
      <Icon name="download" />
      {asset.kind === "model" ? `Download the model (${extension.toUpperCase()})` : "Download"}
    </button>
  );
}
