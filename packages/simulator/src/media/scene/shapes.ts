import type { Random } from "../../random.ts";

/** The sheet a scene is drawn on. */
export interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly random: Random;
}

/** Shortens a number for use in SVG. */
export function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A vertical gradient definition. */
export function gradient(id: string, colours: readonly string[]): string {
  const stops = colours.map(
    (colour, index) => `<stop offset="${n((100 * index) / (colours.length - 1))}%" stop-color="${colour}"/>`,
  );
  return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops.join("")}</linearGradient>`;
}

/** A soft disc of light. */
export function glow(id: string, colour: string, strength = 0.9): string {
  return (
    `<radialGradient id="${id}"><stop offset="0" stop-color="${colour}" stop-opacity="${strength}"/>` +
    `<stop offset="0.35" stop-color="${colour}" stop-opacity="${n(strength * 4) === "0" ? 0 : strength * 0.35}"/>` +
    `<stop offset="1" stop-color="${colour}" stop-opacity="0"/></radialGradient>`
  );
}

/** A rolling line from left to right: heights at even steps, the sum of a few waves. */
export function rollingLine({ width, random }: Sheet, base: number, swing: number, rough: number): Point[] {
  const waves = Array.from({ length: 4 }, (_, index) => ({
    length: (width / (0.7 + index * (1 + rough))) * random.between(0.8, 1.3),
    phase: random() * Math.PI * 2,
    height: swing / (1 + index * 1.3),
  }));
  const steps = 48;
  return Array.from({ length: steps + 1 }, (_, index) => {
    const x = (width * index) / steps;
    const lift = waves.reduce(
      (sum, wave) => sum + Math.sin((x / wave.length) * Math.PI * 2 + wave.phase) * wave.height,
      0,
    );
    return { x, y: base + lift };
  });
}

/** A place on the sheet. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A smooth path through points. */
function smoothPath(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      if (!before) return `M${n(point.x)} ${n(point.y)}`;
      const half = (before.x + point.x) / 2;
      return `C${n(half)} ${n(before.y)} ${n(half)} ${n(point.y)} ${n(point.x)} ${n(point.y)}`;
    })
    .join("");
}

/** Everything below a line, down to the foot of the sheet. */
export function below(points: readonly Point[], { width, height }: Sheet): string {
  return `${smoothPath(points)}L${n(width)} ${n(height)}L0 ${n(height)}Z`;
}
