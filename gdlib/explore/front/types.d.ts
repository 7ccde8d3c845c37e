// The shapes that pass between Python, what computes, what draws and what listens: known in every file.

type Pair = [number, number];
type Box = { x: number; y: number; w: number; h: number }; // in pixels
type Pen = CanvasRenderingContext2D;
type Colours = typeof import("../../figures/palette.json").light;

/** The sliders: what a widget has traits for. */
type Trait = ("lr" | "T" | "eps" | "h" | "x" | "angle" | "b" | "seed") | ("n" | "d" | "dtype" | "memory");
/** Where everything stands: the sliders (of b, seed, n, d, dtype and memory the places in lists), the start or the
 * point, and the reader's own function ("": the given one). */
type Values = Record<Trait, number> & { init: number[]; formula: string };

// ---------------------------------------------------------------- what Python says is explored

type Axes = {
  x: Pair;
  y: Pair;
  xlabel: string;
  ylabel: string;
  logx: boolean;
  logy: boolean;
  every?: number;
};
type Play = { trait: Trait; from: number; to: number; count: number; log: boolean };

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
interface BatchWalks extends Walks {
  n: number;
  batch_sizes: number[];
  seeds: number[];
}

interface SecantSpec extends Common {
  kind: "secant";
  hs: number[];
  at: number;
  f: number | null;
  slope: number | null;
}
interface TangentSpec extends Common {
  kind: "tangent";
}
interface DirectionSpec extends Common {
  kind: "direction";
  init: Pair;
}
interface DescentSpec extends Walks {
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
interface LossesSpec extends Common {
  kind: "losses";
  names: string[];
  edges: number[];
  rates: number[];
  T_max: number;
}
interface SgdSpec extends BatchWalks {
  kind: "sgd";
}
interface BatchesSpec extends BatchWalks {
  kind: "batches";
  grid: number[];
}
interface MemorySpec extends Common {
  kind: "memory";
  values: { n: number[]; d: number[]; dtype: string[]; b: number[]; memory: number[] };
  item: number[];
  work: number[];
  buffers: number;
  here: number | null;
}
type Spec =
  | (SecantSpec | TangentSpec | DirectionSpec | DescentSpec)
  | (LossesSpec | SgdSpec | BatchesSpec | MemorySpec);

/** What the spec of every form has. */
interface Asked {
  question: string;
  kept: string | null;
  why: string | null;
}
/** The spec of a prediction. */
interface Question extends Asked {
  choices: string[] | null;
  unit: string;
  rtol: number;
  atol: number;
}
/** The spec of a sketch: what is known before, and the minima of its map. */
interface Sheet extends Asked {
  sketch: "curve" | "walk";
  axes: Axes;
  known: Pair[];
  minima: Pair[];
}
/** What one kind of form has of its own. `read`: what was given, null where that can't be committed yet, and `tell` has
 * said why. `shown`: where the form stands. `still`: the page stays where it is when the answer comes. */
type Part = {
  fields: Node[];
  read(tell: (text: string) => void): string | null;
  judged(given: string, truth: any): { answer: (string | Node)[]; verdict: string; right?: boolean; score?: number };
  shown(locked: boolean, given: string, truth: any): void;
  emptied?(): void;
  still?: boolean;
};
/** What stays of a sheet until the answer, the theme or the width changes. `at`: the pixel of a place of the line. */
type Desk = {
  W: number;
  H: number;
  font: number;
  ink: string;
  back: string;
  colour: Colours;
  keys: Keys;
  main: Panel;
  at(place: Pair): Pair;
  ratio: number;
  free: boolean;
};
/** A prediction as the browser keeps it; `truth` is encoded. */
type Entry = {
  question: string;
  given: string;
  truth: string;
  right: boolean | null;
  score: number | null;
  reason: string;
  time: string;
};

// ---------------------------------------------------------------- what is made of it

/** From numbers to pixels. Ticks are at least `apart` pixels from each other. */
interface Scale {
  (value: number): number;
  back(pixel: number): number;
  ticks(apart: number, every?: number): number[];
}
interface Panel extends Axes {
  box: Box;
  X: Scale;
  Y: Scale;
  /** The pixel of a point. */
  at(x: number, y: number): Pair;
  inside(pixel: number[]): boolean;
}
type Strip = { x: number; y: number; w: number; X: Scale }; // the bar of rates

/** What stays until the spec, the table, the theme or the width changes. */
interface Stage<S extends Common = Spec> extends Explored<S> {
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
type Trail = { n: number; pixels: Pair[]; left: boolean; pixel: Pair | null };

/** What can be grabbed: at a pixel, and what moving it there changes. `axis`: it moves only across; `step`: pixels a key. */
type Handle = {
  name: string;
  at: Pair;
  says: string;
  value?: number;
  axis?: "x";
  step?: number;
  move(pixel: Pair): Partial<Values>;
};

/** A part of a formula with its current value: a text, or what it `lights` in the picture when it is pointed at. */
type Term = string | { text: string; lights: string };

/** What is selected: words, what tests are shown, the lines, what can be grabbed, a formula. `done`: Play stops here. */
type Selected = {
  text: string[];
  shown: object;
  draw(g: Pen): void;
  done?: boolean;
  handles?: Handle[];
  formula?: Term[];
};

/** The names of the lines above a picture, and their colours. */
type Keys = Record<string, string>;

type Arrays = Record<string, Float32Array>;

/** The spec and its table. */
interface Explored<S extends Common = Spec> {
  spec: S;
  arrays: Arrays;
}

/** One kind of explorer. One that walks has a `length`; one has its own `axes`. */
interface Explorer<S extends Common> {
  select(stage: Stage<S>, values: Values, part: boolean): Selected;
  axes?(g: Pen, stage: Stage<S>): void;
  keys?(spec: S, colour: Colours): [main: Keys, side: Keys];
  length?(explored: Explored<S>, values: Values): number;
}

/** What anywidget gives a view. */
interface Model {
  get(name: string): any;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(message: object): unknown;
  on(event: string, heard: (message: any) => void): void;
  widget_manager?: object;
}
type View = { model: Model; el: HTMLElement };

/** What plays: the steps of the whole walk, undefined where nothing walks; does Play stop at what is shown? */
type Played = { steps(): number | undefined; done(): boolean | undefined; draw(): void };

/** A view's model that finds others, and the code that a page has loaded, by its text. */
type Finder = Model & { widget_manager: { get_model(id: string): Promise<Model> } };
type Front = Promise<typeof import("./index.js")>;
interface Window {
  gdFront?: Record<string, Front>;
}

// ---------------------------------------------------------------- names for shapes that functions have

type Tags = HTMLElementTagNameMap;
type Look = [colour: string, width?: number, dash?: number[]]; // of a line
type Round = [radius: number, fill: string, edge?: string | null]; // a dot's look
type Label = (name: string, rate: number, from: number, to: number, above?: boolean) => number; // its left end
type Walk = ReturnType<typeof import("./compute/select.js").walk>;
type BatchWalk = ReturnType<typeof import("./compute/select.js").batchWalk>;
type Needs = ReturnType<typeof import("./explorers/memory.js").needs>;
type Places = ReturnType<typeof import("./compute/layout.js").layout>;
type Scene = Stage & Places & { keys: [Keys, Keys]; ratio: number };

// esbuild puts a style sheet into the bundle as text.
declare module "*.css" {
  const text: string;
  export default text;
}
