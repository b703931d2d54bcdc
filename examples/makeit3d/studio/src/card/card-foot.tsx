import { type GenerationStatus, isGenbffError } from "@genbff/client-sdk";
import { useState } from "react";
import { sentenceOf } from "../api/sentence.ts";
import { useOpenLoupe } from "../loupe/loupe-place.tsx";
import { useNextSteps } from "../loupe/use-next-steps.ts";
import { Icon, type IconName } from "../shell/icon.tsx";
import { credits, dimensions } from "../shell/words.ts";
import { useStudio } from "../state/studio.tsx";
import type { MadeStep, Step } from "../table/steps.ts";
import { afterTitle, failureWords, worthRetrying } from "./failure.ts";

export function InputFoot({ step }: { step: Step & { kind: "input" } }) {
  const note = [step.input.filename, dimensions(step.input)].filter(Boolean).join(", ");
  return (
    <footer>
      <p className="meta note">{note}</p>
    </footer>
  );
}

/** The lower part of a card: what happened, then money, then what to do. */
export function CardFoot({ step }: { step: MadeStep }) {
  const { generation } = step;
  const paid = generation.credits;
  if (step.state === "pending")
    return (
      <footer>
        <p className="stage">Waiting for its turn</p>
        <p className="meta">{credits(paid.held)} set aside</p>
        <div className="acts">
          <Cancel generation={generation} />
        </div>
      </footer>
    );
  if (step.state === "processing") return <Working step={step} />;
  if (step.state === "failed") return <Failed step={step} />;
  if (step.state === "cancelled")
    return (
      <footer>
        <p className="meta">Cancelled by you. Not charged.</p>
        <div className="acts">
          <Retry generation={generation} label="Make again" />
        </div>
      </footer>
    );
  return <Complete step={step} />;
}

function Working({ step }: { step: MadeStep }) {
  const { generation } = step;
  const stage = generation.stage ?? firstStage[step.kind];
  const { progress } = generation;
  return (
    <footer>
      <p className="stage">
        <span>{stage}</span>
        {progress > 0 ? (
          <>
            {" "}
            · <b>{progress} %</b>
          </>
        ) : null}
      </p>
      <div
        // Who makes it may not tell how far it is: then the bar only says that it goes on.
        className={`bar ${progress > 0 ? "" : "unknown"}`}
        role="progressbar"
        aria-label={`${step.title}, number ${step.no}: ${stage}`}
        aria-valuenow={progress > 0 ? progress : undefined}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <i style={progress > 0 ? { width: `${progress}%` } : {}} />
      </div>
      <p className="meta">{credits(generation.credits.held)} set aside</p>
      <div className="acts">
        <Cancel generation={generation} />
      </div>
    </footer>
  );
}

const firstStage = { picture: "Mixing colours", model: "Looking at the picture", text: "Thinking" } as const;

function Failed({ step }: { step: MadeStep }) {
  const { error } = step.generation;
  const { title } = failureWords(error?.error);
  const came = step.price;
  return (
    <footer>
      <p className="stage">{title}</p>
      {error ? <p className="text">{afterTitle(title, error.message)}</p> : null}
      <p className="meta strong">
        <Icon name="check" />
        <span>Not charged.{came > 0 ? ` ${credits(came)} came back.` : ""}</span>
      </p>
      <div className="acts">
        {worthRetrying(error?.error) ? (
          <Retry
            generation={step.generation}
            label={came > 0 ? `Try again · ${credits(came)}` : "Try again"}
          />
        ) : (
          <ChangeAndTry step={step} />
        )}
      </div>
    </footer>
  );
}

/** Puts the same words back into the composer, to be changed. */
function ChangeAndTry({ step }: { step: MadeStep }) {
  const { change, sheet } = useStudio();
  return (
    <Act
      icon="arrow"
      label="Change it and try again"
      onPress={() => {
        change({
          operation: step.generation.operation,
          prompt: step.prompt,
          style: String(step.generation.input.style ?? ""),
        });
        sheet.show();
      }}
    />
  );
}

function Complete({ step }: { step: MadeStep }) {
  const open = useOpenLoupe();
  const nextSteps = useNextSteps();
  const arrived = step.frames.filter((frame) => frame.asset);
  const first = arrived[0];
  const next = nextSteps(step, first?.index)[0];
  const all = step.frames.length;
  return (
    <footer>
      <p className="meta strong">
        <Icon name="check" />
        <span>
          {arrived.length < all ? `${arrived.length} of ${all} arrived` : "Ready"} ·{" "}
          {credits(step.generation.credits.charged)}
        </span>
      </p>
      {first ? (
        <div className="acts">
          <Act icon="expand" label="Open" onPress={() => open({ stepId: step.id, index: first.index })} />
          {next ? <Act icon="arrow" label={next.short} onPress={next.take} /> : null}
          {!next && step.kind === "model" && first.asset ? (
            <a className="act" href={first.asset.asset_url} download={`model-${step.no}.glb`}>
              <Icon name="download" />
              Download
            </a>
          ) : null}
        </div>
      ) : null}
    </footer>
  );
}

function Cancel({ generation }: { generation: GenerationStatus }) {
  const { client, say } = useStudio();
  const [asked, setAsked] = useState(false);
  if (asked || generation.cancel_requested) return <span className="meta">Stopping…</span>;
  const cancel = async () => {
    setAsked(true);
    try {
      await client.generation(generation.generation_id).cancel();
    } catch (error) {
      setAsked(false);
      if (!isGenbffError(error, "not_cancellable")) say(sentenceOf(error));
    }
  };
  return <Act label="Cancel" onPress={() => void cancel()} />;
}

function Retry({ generation, label }: { generation: GenerationStatus; label: string }) {
  const { client, say, started } = useStudio();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const retry = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      const next = await client.generation(generation.generation_id).retry();
      say("Started again.");
      started(next.id);
    } catch (error) {
      setRefusal(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Act icon="retry" label={label} onPress={() => void retry()} disabled={busy} />
      {refusal ? (
        <p className="meta" role="alert">
          {refusal}
        </p>
      ) : null}
    </>
  );
}

function Act({
  icon,
  label,
  onPress,
  disabled = false,
}: {
  icon?: IconName;
  label: string;
  onPress: () => void;
  disabled?: boolean;
}) {
  return (
    <button type="button" className="act" onClick={onPress} disabled={disabled}>
      {icon ? <Icon name={icon} /> : null}
      {label}
    </button>
  );
}
