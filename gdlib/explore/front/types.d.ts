// The shapes that pass between Python, what computes, what draws and what listens: known in every file.

type Pair = [number, number];
type Box = { x: number; y: number; w: number; h: number }; // in pixels
type Pen = CanvasRenderingContext2D;
type Colours = typeof import("../../figures/palette.json").light;

/** The sliders: what a widget has traits for. */
type Trait =
  | ("lr" | "T" | "eps" | "h" | "x" | "angle" | "b" | "seed")
  | ("n" | "d" | "dtype" | "memory")
  | ("method" | "beta") // which of descent, the heavy ball, RMSProp and Adam, and how much of the past it keeps
  | ("k" | "turn" | "load" | "compute" | "buffers" | "batches");
/** Where everything stands: the sliders (of b, seed, n, d, dtype, memory and k the places in lists), the start or the
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

/** Of each array in the table its type, its first byte and how many numbers it has. */
type Kind = "float64" | "float32" | "uint32" | "int16" | "uint16" | "uint8";
type Layout = Record<string, [kind: Kind, first: number, count: number]>;

/** What is explored; gdlib.explore.subjects makes it, with its arrays. */
type FormulaSubject = { of: "formula"; names: string[]; f: string; gradient: string[] | null };
type TableSubject = { of: "table"; scale: "half-sum" | "sum" | "half-mean" | "mean"; d: number }; // X, y
type SineSubject = { of: "sine"; digits: number | null }; // t, y
type GridSubject = { of: "grid"; rows: number; columns: number; dx: number; dy: number; x: number; y: number }; // heights
type Subject = FormulaSubject | TableSubject | SineSubject | GridSubject;

/** Every explorer's spec. */
interface Common {
  layout: Layout;
  subject?: Subject;
  main: Axes;
  side: Axes;
  initial: Partial<Values>;
  sliders: string[]; // the traits that have one, as they stand
  play?: Play; // none where Run is
  equal?: boolean;
  /** Are there contours? Where a point has two coordinates, when it is not said. */
  flat?: boolean;
}

interface SecantSpec extends Common {
  kind: "secant";
  subject: Subject;
  hs: Pair; // the ends of the slider h
}
interface TangentSpec extends Common {
  kind: "tangent";
  subject: Subject;
}
interface DirectionSpec extends Common {
  kind: "direction";
  subject: Subject;
}
interface DescentSpec extends Common {
  kind: "descent";
  subject: Subject;
  rates: Pair; // the ends of the bar
  T_max: number;
  ascent: boolean;
  L: number | null;
  mu: number | null;
  /** The lowest height, where it is known. */
  lowest: number | null;
  /** Is a line fitted to data? */
  fit: boolean;
}
interface LossesSpec extends Common {
  kind: "losses";
  names: TableSubject["scale"][];
  edges: number[];
  rates: Pair;
  T_max: number;
  best: number[];
}
/** Walks by mini-batches; the array `orders` holds, for each seed, its epochs' permutations of the n rows. */
interface SgdSpec extends Common {
  kind: "sgd";
  subject: Subject;
  n: number;
  batch_sizes: number[];
  seeds: number[];
  T_max: number;
  lowest: number;
}
interface BatchesSpec extends Omit<SgdSpec, "kind"> {
  kind: "batches";
}
interface MemorySpec extends Common {
  kind: "memory";
  values: { n: number[]; d: number[]; dtype: string[]; b: number[]; memory: number[] };
  item: number[];
  work: number[];
  buffers: number;
  here: number | null;
}
/** Programs in a real memory: rows of d numbers. */
interface MachineSpec extends Common {
  kind: "machine";
  values: { n: number[]; b: number[]; memory: number[] };
  d: number;
}
/** A knob: the coefficient at place k of beta, turned by `turn` within these ends; arrays X (n × d) and y (n). */
interface KnobSpec extends Common {
  kind: "knob";
  d: number;
  beta: number[];
  turns: Pair;
  step: number; // of the slider
}
/** Times in ms from `step` to `most`; a batch has `batch` bytes. */
interface OverlapSpec extends Common {
  kind: "overlap";
  most: number;
  step: number;
  batch: number;
}
type Spec =
  | (SecantSpec | TangentSpec | DirectionSpec | DescentSpec)
  | (LossesSpec | SgdSpec | BatchesSpec | MemorySpec | MachineSpec)
  | (KnobSpec | OverlapSpec);

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

/** A formula, compiled: at a point x, as long as it has names, its value and its exact derivatives. */
interface Expression {
  value(x: number[]): number;
  gradient(x: number[]): number[];
  hessian(x: number[]): number[][];
}

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
interface Stage<S extends Common = Spec> extends Omit<Explored<S>, "main" | "side"> {
  main: Panel;
  side: Panel;
  strip: Strip | null;
  font: number;
  colour: Colours;
  ink: string;
  back: string;
  /** Do contours lie behind the main picture? */
  flat: HTMLCanvasElement | null;
  /** What a term of the formula lights, "": nothing. */
  lit: string;
  /** Where the mouse rests on the picture. */
  pointed: Pair | null;
  /** What was run, the latest first. */
  ran: Trial[];
}

/** A walk of n pixels: what of it is in the picture, and the pixel where that ends. */
type Trail = { n: number; pixels: Pair[]; left: boolean; pixel: Pair | null };

/** What can be grabbed: at a pixel, and what moving it there changes. `axis`: it moves only across; `step`: pixels a key;
 * `own`: only itself moves it, no click elsewhere; `within`: a click there moves it (the first one: in the picture). */
type Handle = {
  name: string;
  at: Pair;
  says: string;
  value?: number;
  axis?: "x";
  step?: number;
  own?: boolean;
  within?: Box;
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

type Numbers = Float64Array | Float32Array | Uint32Array | Int16Array | Uint16Array | Uint8Array;
type Arrays = Record<string, Numbers>;

/** A function of d coordinates; of n rows, where it has rows: those that are given, or all. */
type Objective = {
  d: number;
  n?: number;
  value(x: number[], rows?: ArrayLike<number>): number;
  gradient(x: number[], rows?: ArrayLike<number>): number[];
  hessian?(x: number[]): number[][];
};

/** The points of a walk, the norm of the gradient at each, and how it ended. */
type Walked = {
  points: number[][];
  norms: number[];
  stop: "converged" | "exhausted" | "diverged";
  steps: number;
};

/** Writes the four weights of the neighbours at t. */
type Weigh = (weights: Float64Array, t: number) => void;

type Curvature = { L: number | null; mu: number | null };
/** Met on a walk, or known; at all of its points? */
type Met = Curvature & { met: boolean; all: boolean };
type Relief = { heights: Float64Array; side: number }; // side × side heights, row by row from below
/** The function under a view: its curve [xs, heights], or its relief; `own`: the reader has typed it. */
type Ground = Objective & { own: boolean; formula: string; main: Axes; curve?: number[][]; relief?: Relief };
type FormulaFault = Error & { at: number; length: number };

/** What was made of the spec, once: what computes, and where the axes lie. */
interface Explored<S extends Common = Spec> {
  spec: S;
  arrays: Arrays;
  ground: Ground | null;
  main: Axes;
  side: Axes;
  /** The lowest height (of an ascent the highest), and whether it is a minimum. */
  best: number;
  bounded: boolean;
  /** f′ at places spread over the axis. */
  slopes?: number[];
  /** Distances of the walks of several losses: for a rate, and against these rates. */
  walks?: ((lr: number) => Float64Array)[];
  rates?: number[];
  against?: Float64Array[][];
}

/** One kind of explorer. One that walks has a `length`; one has its own `axes`. */
interface Explorer<S extends Common> {
  /** What is computed once for a spec and a formula, such as the axes; more than `Explored` knows stays its own. */
  prepare?(known: Pick<Explored<S>, "spec" | "arrays" | "ground">, values: Values): object;
  select(stage: Stage<S>, values: Values, part: boolean): Selected;
  axes?(g: Pen, stage: Stage<S>): void;
  keys?(explored: Explored<S>, colour: Colours): [main: Keys, side: Keys];
  length?(explored: Explored<S>, values: Values): number;
  /** What Run does; null where it can't. One that runs does not play. */
  begin?(explored: Explored<S>, values: Values): Trial | null;
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

/** A program in a machine's memory: the rows and bytes that it holds, its updates, the part of the pass that is done, the
 * mean square at β = 0 and now, and the engine's own words where that stopped it. */
type Run = {
  held: number;
  bytes: number;
  updates: number;
  done: number;
  start: number;
  loss: number;
  error: string;
};
type Machine = { n: number; d: number; b: number; memory: number };
/** Work that is done piece by piece, true where one may look, and what came of each program that has begun. */
type Trial = Machine & { runs: Run[]; work: Generator<boolean, void> };
type Bar = { label: string; size: number; fill: string; whole?: number };

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
type Label = (
  name: string,
  rate: number,
  from: number,
  to: number,
  how?: { above?: boolean; least?: number },
) => number; // its left end
type Walk = ReturnType<typeof import("./explorers/descent.js").walk>;
type BatchWalk = ReturnType<typeof import("./explorers/batches.js").batchWalk>;
type Needs = ReturnType<typeof import("./explorers/memory.js").needs>;
type Schedule = ReturnType<typeof import("./explorers/overlap.js").schedule>;
type Turned = ReturnType<typeof import("./explorers/knob.js").turned>;
type Row = { entry: number; before: number; now: number; path: number }; // of a table, under a knob
type Places = ReturnType<typeof import("./compute/layout.js").layout>;
type Scene = Stage & Places & { keys: [Keys, Keys]; ratio: number };

// esbuild puts a style sheet into the bundle as text.
declare module "*.css" {
  const text: string;
  export default text;
}

// Of d3-contour what compute/contours.js calls.
declare module "d3-contour" {
  type Region = { coordinates: number[][][][] };
  interface Tracer {
    (values: ArrayLike<number>): Region[];
    size(size: Pair): Tracer;
    thresholds(levels: number[]): Tracer;
  }
  export function contours(): Tracer;
}

// The parser of formulas, whose own types do not suit these settings.
declare module "jsep" {
  export const Jsep: any;
}
