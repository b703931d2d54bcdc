import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { contextOf, drawStroke, type Mark, type Point, paint, type Size } from "./paint.ts";

/** Enough for any screen; the mask itself is drawn anew, as large as its picture. */
const canvasSideMax = 1600;

/** A picture, and what is painted over it: with a pen, a finger, a mouse, or the arrow keys. */
export function Easel({
  url,
  size,
  marks,
  brush,
  onSize,
  onMark,
}: {
  url: string;
  /** Of the picture, once it is known. */
  size: Size | null;
  marks: readonly Mark[];
  brush: { rub: boolean; width: number };
  onSize: (size: Size) => void;
  onMark: (mark: Mark) => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const stroke = useRef<Point[] | null>(null);
  const [at, setAt] = useState<Point | null>(null);
  const scale = size ? Math.min(1, canvasSideMax / Math.max(size.width, size.height)) : 1;

  useEffect(() => {
    if (!canvas.current || !size) return;
    const context = contextOf(canvas.current);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    paint(context, size, marks, colourOf(canvas.current));
  }, [size, scale, marks]);

  const placeOf = (event: PointerEvent | globalThis.PointerEvent): Point => {
    const box = canvas.current?.getBoundingClientRect();
    if (!box || !size) return { x: 0, y: 0 };
    return {
      x: ((event.clientX - box.left) / box.width) * size.width,
      y: ((event.clientY - box.top) / box.height) * size.height,
    };
  };
  const draw = (points: readonly Point[]) => {
    if (!canvas.current) return;
    drawStroke(contextOf(canvas.current), { kind: "stroke", ...brush, points }, colourOf(canvas.current));
  };
  const begin = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.button !== 0 || !size) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    stroke.current = [placeOf(event)];
    draw(stroke.current);
  };
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    setAt(placeOf(event));
    const points = stroke.current;
    if (!points) return;
    const last = points.at(-1);
    // Between two frames a quick hand goes far: the browser knows the places in between.
    const passed = event.nativeEvent.getCoalescedEvents?.().map(placeOf) ?? [];
    const newest = passed.length > 0 ? passed : [placeOf(event)];
    points.push(...newest);
    draw(last ? [last, ...newest] : newest);
  };
  const end = () => {
    const points = stroke.current;
    stroke.current = null;
    if (points) onMark({ kind: "stroke", ...brush, points });
  };
  const onKey = (event: KeyboardEvent) => {
    if (!size) return;
    const from = at ?? { x: size.width / 2, y: size.height / 2 };
    const step = steps[event.key];
    if (!step && event.key !== " ") return;
    event.preventDefault();
    const to = step ? within(size, from, step, brush.width / 2) : from;
    setAt(to);
    if (!step) onMark({ kind: "stroke", ...brush, points: [to] });
    else if (event.shiftKey) onMark({ kind: "stroke", ...brush, points: [from, to] });
  };

  return (
    <div
      className="easel"
      style={
        size ? { aspectRatio: `${size.width} / ${size.height}`, "--ratio": size.width / size.height } : {}
      }
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes the arrow keys, as a drawing area does
      tabIndex={0}
      role="application"
      aria-label="The picture to paint on. Arrow keys move the brush, Space paints a dot, Shift and arrows paint a line."
      onKeyDown={onKey}
    >
      <img
        src={url}
        alt=""
        draggable={false}
        onLoad={({ currentTarget }) =>
          onSize({ width: currentTarget.naturalWidth, height: currentTarget.naturalHeight })
        }
      />
      {size ? (
        <canvas
          ref={canvas}
          width={Math.round(size.width * scale)}
          height={Math.round(size.height * scale)}
          onPointerDown={begin}
          onPointerMove={move}
          onPointerUp={end}
          onPointerCancel={end}
          onPointerLeave={() => stroke.current ?? setAt(null)}
        />
      ) : null}
      {at && size ? (
        <span
          className="ring"
          aria-hidden="true"
          style={{
            left: `${(at.x / size.width) * 100}%`,
            top: `${(at.y / size.height) * 100}%`,
            width: `${(brush.width / size.width) * 100}%`,
          }}
        />
      ) : null}
    </div>
  );
}

const steps: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

function within({ width, height }: Size, from: Point, step: Point, far: number): Point {
  return {
    x: Math.min(width, Math.max(0, from.x + step.x * far)),
    y: Math.min(height, Math.max(0, from.y + step.y * far)),
  };
}

/** The grease pencil's red, as the page's light has it. */
function colourOf(canvas: HTMLCanvasElement): string {
  return getComputedStyle(canvas).color;
}
