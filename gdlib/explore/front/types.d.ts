// The shapes that pass between Python, what computes, what draws and what listens.

import type palette from "../../figures/palette.json";

export type Pair = [number, number];
export type Box = { x: number; y: number; w: number; h: number }; // in pixels
export type Pen = CanvasRenderingContext2D;
export type Colours = typeof palette.light;

/** The sliders: what a widget has traits for. */
export type Trait = ("lr" | "T" | "eps" | "h" | "x" | "angle" | "b" | "seed") | ("n" | "d" | "dtype" | "memory");
export type Values = Record<Trait, number>;

// ---------------------------------------------------------------- what Python says is explored

export type Axes = {
  x: Pair;
  y: Pair;
  xlabel: string;
  ylabel: string;
  logx: boolean;
  logy: boolean;
  every?: number;
};
export type Play = { trait: Trait; from: number; to: number; count: number; log: boolean };

/** Every explorer's spec. `layout`: where each array begins in the table, and how long it is. */
interface Common {
  layout: Record<string, Pair>;
  main: Axes;
  side: Axes;
  initial: Partial<Values>;
  play: Play;
  equal?: boolean;
  click?: boolean;
  error?: string;
}
interface Walks extends Common {
  init: number[];
  rates: number[];
  steps: number[];
  T_max: number;
}
export interface BatchWalks extends Walks {
  n: number;
  batch_sizes: number[];
  seeds: number[];
}

export interface SecantSpec extends Common {
  kind: "secant";
  hs: number[];
  at: number;
  f: number | null;
  slope: number | null;
}
export interface TangentSpec extends Common {
  kind: "tangent";
}
export interface DirectionSpec extends Common {
  kind: "direction";
  init: Pair;
}
export interface DescentSpec extends Walks {
  kind: "descent";
  ascent: boolean;
  fit: boolean;
  bounded: boolean;
  L: number | null;
  mu: number | null;
  best: number | null;
  offsets: number[];
  stop: string[];
}
export interface LossesSpec extends Common {
  kind: "losses";
  names: string[];
  edges: number[];
  rates: number[];
  T_max: number;
}
export interface SgdSpec extends BatchWalks {
  kind: "sgd";
}
export interface BatchesSpec extends BatchWalks {
  kind: "batches";
  grid: number[];
}
export interface MemorySpec extends Common {
  kind: "memory";
  values: { n: number[]; d: number[]; dtype: string[]; b: number[]; memory: number[] };
  item: number[];
  work: number[];
  buffers: number;
  here: number | null;
}
export type Spec =
  | (SecantSpec | TangentSpec | DirectionSpec | DescentSpec)
  | (LossesSpec | SgdSpec | BatchesSpec | MemorySpec);

/** The spec of a prediction. */
export interface Question {
  question: string;
  choices: string[] | null;
  unit: string;
  rtol: number;
  atol: number;
  kept: string | null;
  why: string | null;
}

// ---------------------------------------------------------------- what is made of it

/** From numbers to pixels. Ticks are at least `apart` pixels from each other. */
export interface Scale {
  (value: number): number;
  back(pixel: number): number;
  ticks(apart: number, every?: number): number[];
}
export interface Panel extends Axes {
  box: Box;
  X: Scale;
  Y: Scale;
  /** The pixel of a point. */
  at(x: number, y: number): Pair;
  inside(pixel: number[]): boolean;
}
export type Strip = { x: number; y: number; w: number; X: Scale }; // the bar of rates

/** What stays until the spec, the table, the theme or the width changes. */
export interface Stage<S extends Common = Spec> extends Explored<S> {
  main: Panel;
  side: Panel;
  strip: Strip | null;
  font: number;
  colour: Colours;
  ink: string;
  back: string;
  /** Do contours lie behind the main picture? */
  flat: boolean;
}

/** A walk of n pixels: what of it is in the picture, and the pixel where that ends. */
export type Trail = { n: number; pixels: Pair[]; left: boolean; pixel: Pair | null };

/** What the sliders select: words, what tests are shown, and the lines. `done`: Play stops here. */
export type Selected = { text: string[]; shown: object; draw(g: Pen): void; done?: boolean };

/** The names of the lines above a picture, and their colours. */
export type Keys = Record<string, string>;

export type Arrays = Record<string, Float32Array>;

/** The spec and its table. */
export interface Explored<S extends Common = Spec> {
  spec: S;
  arrays: Arrays;
}

/** One kind of explorer. One that walks has a `length`; one has its own `axes`. */
export interface Explorer<S extends Common> {
  select(stage: Stage<S>, values: Values, part: boolean): Selected;
  axes?(g: Pen, stage: Stage<S>): void;
  keys?(spec: S, colour: Colours): [main: Keys, side: Keys];
  length?(explored: Explored<S>, values: Values): number;
}

/** What anywidget gives a view. */
export interface Model {
  get(name: string): any;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(message: object): unknown;
  on(event: string, heard: (message: any) => void): void;
}
export type View = { model: Model; el: HTMLElement };

/** What plays: the steps of the whole walk, undefined where nothing walks; does Play stop at what is shown? */
export type Played = { steps(): number | undefined; done(): boolean | undefined; draw(): void };

/** A view's model that finds others, and the code that a page has loaded, by its text. */
export type Finder = Model & { widget_manager: { get_model(id: string): Promise<Model> } };
export type Front = Promise<typeof import("./index.js")>;
declare global {
  interface Window {
    gdFront?: Record<string, Front>;
  }
}
