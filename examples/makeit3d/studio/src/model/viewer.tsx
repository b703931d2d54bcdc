import type { Asset } from "@genbff/client-sdk";
import { type PointerEvent, useEffect, useRef, useState } from "react";
import { useTheme } from "../shell/theme.ts";
import { useStudio } from "../state/studio.tsx";
import { enterDarkroom } from "./darkroom.ts";
import { loadModel } from "./load-model.ts";
import { arrange, type StillLife } from "./still-life.ts";

const restMs = 140;
const pitch = 0.42;

/** Shows a GLB. Coarse while it turns, fine as soon as it rests; draws nothing while nothing changes. */
export function Viewer({
  asset,
  label,
  yaw,
  onTurn,
  wireframe,
  raised,
}: {
  asset: Asset;
  label: string;
  yaw: number;
  onTurn: (yaw: number) => void;
  wireframe: boolean;
  raised: boolean;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { life, problem } = useStillLife(asset);
  const dark = useTheme() === "dark";
  const size = useSize(canvas);
  useEffect(() => {
    const paper = canvas.current;
    if (!paper || !life || size.width < 4) return;
    const draw = (fine: boolean) => {
      const sharpness = fine ? Math.max(1.5, Math.min(2, devicePixelRatio)) : 1;
      paper.width = Math.round(size.width * sharpness);
      paper.height = Math.round(size.height * sharpness);
      life.show({ yaw, pitch, wireframe, dark, raised }, paper);
    };
    const frame = requestAnimationFrame(() => draw(false));
    const rest = setTimeout(() => draw(true), restMs);
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(rest);
    };
  }, [life, yaw, wireframe, dark, raised, size]);
  const drag = useDrag(yaw, onTurn);
  return (
    <>
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        data-ready={life !== null}
        onPointerDown={drag.start}
        onPointerMove={drag.move}
        onPointerUp={drag.end}
        onPointerCancel={drag.end}
      />
      {life || problem ? null : <span className="skeleton fill over" />}
      {problem ? (
        <p className="stage-words">The model could not be shown here. You can download it.</p>
      ) : null}
    </>
  );
}

/** Loads the model once, and frees everything when it is no longer shown. */
function useStillLife(asset: Asset): { life: StillLife | null; problem: boolean } {
  const { client } = useStudio();
  const [shown, setShown] = useState<{ id: string; life: StillLife | null; problem: boolean }>({
    id: "",
    life: null,
    problem: false,
  });
  const id = asset.asset_id;
  const url = useRef(asset.asset_url);
  url.current = asset.asset_url;
  useEffect(() => {
    const [darkroom, leave] = enterDarkroom();
    let gone = false;
    let life: StillLife | null = null;
    const load = async () => {
      try {
        const model = await loadModel(url.current).catch(async () =>
          // The address may have run out: a fresh one is worth one more try.
          loadModel((await client.asset(id).url()).asset_url),
        );
        if (gone) {
          model.dispose();
          return;
        }
        life = arrange(darkroom, model);
        setShown({ id, life, problem: false });
      } catch {
        if (!gone) setShown({ id, life: null, problem: true });
      }
    };
    void load();
    return () => {
      gone = true;
      life?.dispose();
      setShown({ id: "", life: null, problem: false });
      leave();
    };
  }, [client, id]);
  return shown.id === id ? shown : { life: null, problem: false };
}

function useSize(canvas: { current: HTMLElement | null }): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const watcher = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }));
    });
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [canvas]);
  return size;
}

/** Dragging turns it; the range does the same for keys. */
function useDrag(yaw: number, onTurn: (yaw: number) => void) {
  const from = useRef<{ x: number; yaw: number } | null>(null);
  return {
    start(event: PointerEvent<HTMLCanvasElement>) {
      from.current = { x: event.clientX, yaw };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    move(event: PointerEvent) {
      if (!from.current) return;
      const turned = from.current.yaw + (event.clientX - from.current.x) / 90;
      // Kept within one turn, as the range shows it.
      onTurn(((((turned + Math.PI) % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI)) - Math.PI);
    },
    end() {
      from.current = null;
    },
  };
}
