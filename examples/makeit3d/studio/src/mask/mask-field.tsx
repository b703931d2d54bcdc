import { useState } from "react";
import type { Source } from "../composer/draft.ts";
import { Picker } from "../composer/picker.tsx";
import { Icon } from "../shell/icon.tsx";
import { dimensions } from "../shell/words.ts";
import { useStudio } from "../state/studio.tsx";
import { MaskDialog } from "./mask-dialog.tsx";
import { type Mark, type Size, toMaskFile } from "./paint.ts";

/** Where the picture is to change: painted here, or brought along as a mask. */
export function MaskField({
  source,
  what,
  nudge,
}: {
  source: Source & { state: "ready" };
  what: string;
  nudge: number;
}) {
  const { draft, change, extras, say } = useStudio();
  const { mask, marks } = draft;
  const [painting, setPainting] = useState(false);
  const damaged = (sentence: string) => change({ mask: { state: "damaged", sentence } });

  const use = async (done: readonly Mark[], size: Size, share: number) => {
    change({ marks: done });
    const percent = Math.max(1, Math.round(share * 100));
    try {
      extras.bringMask(await toMaskFile(size, done), `${percent} % of the picture`);
      say(`The place is marked: ${percent} % of the picture.`);
    } catch {
      damaged("This browser cannot draw a mask as large as this picture. Bring one along instead.");
    }
  };
  const bring = async (file: File) => {
    change({ marks: [] });
    const [own, picture] = await Promise.all([sizeOf(URL.createObjectURL(file)), sizeOf(source.url)]);
    if (!own || file.type !== "image/png") damaged("A mask is a PNG: white is changed, black is kept.");
    else if (picture && (own.width !== picture.width || own.height !== picture.height))
      damaged(`A mask is as large as its picture: ${dimensions(picture)}. This one is ${dimensions(own)}.`);
    else extras.bringMask(file, file.name);
  };
  return (
    <>
      <div className={`marks ${mask ? "" : "empty"} ${nudge ? "nudge" : ""}`} key={nudge}>
        <Shown mask={mask} picture={source.url} what={what} />
        <div className="mark-acts">
          <button type="button" className="button small" onClick={() => setPainting(true)}>
            <Icon name="brush" />
            {marks.length > 0 ? "Change it" : "Paint over it"}
          </button>
          <Picker look="link" label="Bring a mask" accept="image/png" onFile={(file) => void bring(file)} />
        </div>
      </div>
      {painting ? (
        <MaskDialog
          url={source.url}
          what={what}
          marks={marks}
          onUse={(done, size, share) => void use(done, size, share)}
          onClose={() => setPainting(false)}
        />
      ) : null}
    </>
  );
}

function Shown({ mask, picture, what }: { mask: Source | null; picture: string; what: string }) {
  const { extras } = useStudio();
  if (mask?.state === "damaged")
    return (
      <p role="alert">
        <strong>This did not work.</strong> {mask.sentence}
      </p>
    );
  if (mask?.state === "uploading")
    return (
      <>
        <p>Keeping the mark</p>
        <div
          className="bar"
          role="progressbar"
          aria-label="Keeping the mark"
          aria-valuenow={mask.percent}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <i style={{ width: `${mask.percent}%` }} />
        </div>
      </>
    );
  if (mask?.state === "ready")
    return (
      <div className="marked">
        <span className="thumb">
          <img src={picture} alt="" />
          <i style={{ maskImage: `url("${mask.url}")` }} />
        </span>
        <div className="grow">
          <p className="name">The place is marked</p>
          <p className="hint">{mask.note}</p>
        </div>
        <button type="button" className="ghost" onClick={extras.clearMask}>
          <Icon name="close" />
          <span className="sr">Remove the mark</span>
        </button>
      </div>
    );
  return <p>Mark {what}.</p>;
}

async function sizeOf(url: string): Promise<Size | null> {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
    return { width: image.naturalWidth, height: image.naturalHeight };
  } catch {
    return null;
  } finally {
    // Does nothing to an address that is none of the browser's own.
    URL.revokeObjectURL(url);
  }
}
