import { type Rgb, rgbOf } from "../colour.ts";
import type { Palette } from "../palette.ts";
import type { Study } from "./study.ts";

/** A colour being mixed: written to in place, because a picture has more than a million of them. */
export type Paint = [number, number, number];

/** Colours one pixel: its number in the picture, and the paint to fill. */
type Brush = (pixel: number, paint: Paint) => void;

/** What tells the pictures of one call apart. */
interface Variation {
  readonly levels: number;
  /** Weight of contours, around 1. */
  readonly line: number;
}

/** A manner of painting: how broadly it looks, and what it does with what it sees. */
export interface Style {
  readonly name: string;
  readonly words: RegExp;
  readonly broadness: number;
  /** Strength of the paper's grain, 0 to 1. */
  readonly grain: number;
  readonly brush: (seen: Study, palette: Palette, variation: Variation) => Brush;
}

/** Fills the paint with the softened photo's own colour. */
export function dip(paint: Paint, { soft }: Study, pixel: number): void {
  for (let channel = 0; channel < 3; channel++) paint[channel] = soft[pixel * 4 + channel] ?? 0;
}

/** Moves the paint towards a colour. */
export function blend(paint: Paint, colour: Rgb, amount: number): void {
  for (let channel = 0; channel < 3; channel++) {
    const value = paint[channel] ?? 0;
    paint[channel] = value + ((colour[channel] ?? 0) - value) * amount;
  }
}

/** Multiplies the paint. */
export function scale(paint: Paint, factor: number): void {
  for (let channel = 0; channel < 3; channel++) paint[channel] = (paint[channel] ?? 0) * factor;
}

/** Strengthens or weakens the paint's colour around its grey. */
export function saturate(paint: Paint, factor: number): void {
  const grey = 0.299 * paint[0] + 0.587 * paint[1] + 0.114 * paint[2];
  for (let channel = 0; channel < 3; channel++) {
    paint[channel] = grey + ((paint[channel] ?? 0) - grey) * factor;
  }
}

/** A row of colours to look up by lightness. */
export function ramp(colours: readonly string[]): (value: number, paint: Paint) => void {
  const stops = colours.map(rgbOf);
  return (value, paint) => {
    const place = Math.max(0, Math.min(0.9999, value)) * (stops.length - 1);
    const low = Math.floor(place);
    const [from, to] = [stops[low] ?? [0, 0, 0], stops[low + 1] ?? [0, 0, 0]];
    for (let channel = 0; channel < 3; channel++) {
      paint[channel] = (from[channel] ?? 0) + ((to[channel] ?? 0) - (from[channel] ?? 0)) * (place - low);
    }
  };
}

/** Rounds lightness to a number of steps; `soft` (0 to 1) leaves some of the slope between them. */
export function step(value: number, levels: number, soft: number): number {
  const place = value * levels;
  const base = Math.min(levels - 1, Math.floor(place));
  const inside = place - base;
  const eased = inside < 0.5 ? 0.5 * (2 * inside) ** 6 : 1 - 0.5 * (2 - 2 * inside) ** 6;
  return (base + eased * soft + 0.5 * (1 - soft)) / levels;
}

/** 0 below `from`, 1 above `to`, smooth between. */
export function rise(value: number, from: number, to: number): number {
  const share = Math.max(0, Math.min(1, (value - from) / (to - from)));
  return share * share * (3 - 2 * share);
}
