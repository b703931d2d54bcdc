export interface Size {
  readonly width: number;
  readonly height: number;
}
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** One thing that was done to a mask, in pixels of its picture: so it is as sharp as the picture, on any screen. */
export type Mark =
  | {
      readonly kind: "stroke";
      readonly rub: boolean;
      readonly width: number;
      readonly points: readonly Point[];
    }
  /** What was marked is not, and the other way round. */
  | { readonly kind: "turn" };

/** Draws marks in one colour on a transparent ground; the context is scaled to pixels of the picture. */
export function paint(
  context: CanvasRenderingContext2D,
  { width, height }: Size,
  marks: readonly Mark[],
  colour: string,
): void {
  context.clearRect(0, 0, width, height);
  for (const mark of marks) {
    if (mark.kind === "stroke") drawStroke(context, mark, colour);
    else {
      context.globalCompositeOperation = "xor";
      context.fillStyle = colour;
      context.fillRect(0, 0, width, height);
    }
  }
}

/** One stroke, or the newest piece of one. */
export function drawStroke(
  context: CanvasRenderingContext2D,
  { rub, width, points }: Mark & { kind: "stroke" },
  colour: string,
): void {
  const [first] = points;
  if (!first) return;
  context.globalCompositeOperation = rub ? "destination-out" : "source-over";
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  context.moveTo(first.x, first.y);
  // A line to itself is a dot.
  for (const { x, y } of points.length > 1 ? points : [first]) context.lineTo(x, y);
  context.stroke();
}

/** The mask as a file, as large as its picture: white is changed, black is kept. */
export async function toMaskFile(size: Size, marks: readonly Mark[]): Promise<File> {
  const white = drawn(size, 1, marks);
  const canvas = canvasOf(size.width, size.height);
  const context = contextOf(canvas);
  context.fillStyle = "#000";
  context.fillRect(0, 0, size.width, size.height);
  context.drawImage(white, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("The browser cannot draw a picture of this size.");
  return new File([blob], "mask.png", { type: "image/png" });
}

/** How much of the picture is marked, 0 to 1, to about a hundredth. */
export function shareOf(size: Size, marks: readonly Mark[]): number {
  const scale = Math.min(1, 128 / Math.max(size.width, size.height));
  const small = drawn(size, scale, marks);
  const { data } = contextOf(small).getImageData(0, 0, small.width, small.height);
  let marked = 0;
  for (let at = 3; at < data.length; at += 4) marked += data[at] ?? 0;
  return marked / 255 / (data.length / 4);
}

function drawn(size: Size, scale: number, marks: readonly Mark[]): HTMLCanvasElement {
  const canvas = canvasOf(
    Math.max(1, Math.round(size.width * scale)),
    Math.max(1, Math.round(size.height * scale)),
  );
  const context = contextOf(canvas);
  context.scale(canvas.width / size.width, canvas.height / size.height);
  paint(context, size, marks, "#fff");
  return canvas;
}

function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("The browser gives no canvas to draw on.");
  return context;
}
