import { useOpenLoupe } from "../loupe/loupe-place.tsx";
import { Forming } from "../model/forming.tsx";
import { ModelStage } from "../model/model-stage.tsx";
import { Icon, Loop } from "../shell/icon.tsx";
import { type Frame, frameName, type MadeStep, type Step } from "../table/steps.ts";
import { failureWords } from "./failure.ts";
import { Print } from "./print.tsx";

/** What was uploaded. */
export function InputMedia({ step }: { step: Step & { kind: "input" } }) {
  const open = useOpenLoupe();
  if (step.input.content_type.startsWith("model/"))
    return (
      <div className="void">
        <Icon name="wire" />
      </div>
    );
  return (
    <div className="frames one">
      <button
        type="button"
        className="frame"
        aria-label={`Open ${step.title.toLowerCase()}, number ${step.no}`}
        onClick={() => open({ stepId: step.id, index: 0 })}
      >
        <Print id={step.id} url={step.input.asset_url} alt="" />
      </button>
    </div>
  );
}

/** The upper part of a card: what can be seen of a generation at this moment. */
export function CardMedia({ step }: { step: MadeStep }) {
  if (step.state === "pending")
    return (
      <div className="void">
        <Icon name="clock" />
      </div>
    );
  if (step.state === "failed")
    return (
      <div className="void hatch">
        <Icon name={failureWords(step.generation.error?.error).icon} />
      </div>
    );
  if (step.state === "processing")
    return step.kind === "model" ? <ModelForming step={step} /> : <PictureForming step={step} />;
  if (step.kind === "model") {
    const asset = step.frames[0]?.asset;
    return asset ? <ModelStage asset={asset} label={`3D model, number ${step.no}`} /> : null;
  }
  if (step.kind === "text") return null;
  return (
    <div className={`frames ${step.frames.length > 1 ? "many" : "one"}`}>
      {step.frames.map((frame) => (
        <PictureFrame key={frame.index} step={step} frame={frame} />
      ))}
    </div>
  );
}

function ModelForming({ step }: { step: MadeStep }) {
  return (
    <div className="stage3d">
      <Forming percent={step.generation.progress} />
    </div>
  );
}

/** The newest preview, sharper each time; before the first there is only light. */
function PictureForming({ step }: { step: MadeStep }) {
  const newest = step.generation.previews.at(-1);
  return (
    <div className="frames one">
      <div className="frame forming">
        {newest ? (
          <>
            <Print id={newest.url.replace(/\?.*/, "")} url={newest.url} alt="Preview, still forming" />
            <span className="tag left">Preview</span>
          </>
        ) : (
          <span className="skeleton fill" />
        )}
      </div>
    </div>
  );
}

function PictureFrame({ step, frame }: { step: MadeStep; frame: Frame }) {
  const open = useOpenLoupe();
  const { asset, chosen } = frame;
  if (!asset) {
    const { icon, title } = failureWords(frame.failure?.error);
    return (
      <div className="frame missing">
        <div>
          <Icon name={icon} />
          <p>
            <strong>{title}</strong>
          </p>
          <p>Not charged</p>
        </div>
      </div>
    );
  }
  const name = frameName(step, frame.index);
  const wide = step.frames.length === 1 && (asset.width ?? 1) > (asset.height ?? 1) * 1.2;
  return (
    <button
      type="button"
      className={`frame ${chosen ? "chosen" : ""} ${wide ? "wide" : ""}`}
      aria-label={`Open picture ${name}${chosen ? ", marked as used" : ""}`}
      onClick={() => open({ stepId: step.id, index: frame.index })}
    >
      <Print id={asset.asset_id} url={asset.asset_url} alt="" />
      <span className="num" aria-hidden="true">
        {name}
        {chosen ? <Loop /> : null}
      </span>
    </button>
  );
}
