// A formula, read as Python reads it, with its exact derivatives. Text → tokens, where every word about a mistake is
// said → tree, by jsep → a list of operations, each after those that it needs.

/*! jsep, © 2013 Stephen Oney, https://ericsmekens.github.io/jsep/, MIT */
import { Jsep } from "jsep";
import { say } from "./say.js";

/** What is wrong with a formula, and where in its text. */
export class FormulaError extends Error {
  /** @param {string} message @param {number} at @param {number} length */
  constructor(message, at, length) {
    super(message);
    this.name = "FormulaError";
    this.at = at;
    this.length = length;
  }
}

// ---------------------------------------------------------------- operations, each beside its derivatives

/**
 * Of an operation on a (and b): its value, and its partial derivatives, which may use the value v. One that is left
 * out is 0 everywhere. NaN where there is none, as at the corner of |x|.
 * @typedef {(a: number, b: number, v: number) => number} Part
 * @typedef {{ f: (a: number, b: number) => number, a: Part, b?: Part, aa?: Part, ab?: Part, bb?: Part }} Rule
 */

/** As Python's floats: a square is rounded once, and 1 to any power is 1. @param {number} a @param {number} n */
const power = (a, n) => (n === 2 ? a * a : a === 1 ? 1 : a ** n);

/** c · aⁿ, and 0 if c is 0. @param {number} c @param {number} a @param {number} n */
const term = (c, a, n) => (c === 0 ? 0 : c * power(a, n));

/** v · (ln a)ⁿ with v = aᵇ: 0 if v is, for aᵇ is flat in b there. @param {number} v @param {number} a @param {number} n */
const logs = (v, a, n) => (v === 0 ? 0 : v * Math.log(a) ** n);

/** @param {number} a */
const slopeOfAbs = (a) => (a === 0 ? Number.NaN : Math.sign(a));

/** The larger one (side 1) or the smaller one (−1). @param {number} side @returns {{ a: Part, b: Part }} */
const chosen = (side) => ({
  a: (a, b) => (a === b ? Number.NaN : Number(side * a > side * b)),
  b: (a, b) => (a === b ? Number.NaN : Number(side * b > side * a)),
});

/**
 * f with f′ = 1/((a − start)·scale), where a is not below the start.
 * @param {(a: number) => number} f @param {number} scale @param {number} start @returns {Rule}
 */
const logarithm = (f, scale, start) => ({
  f,
  a: (a) => (a < start ? Number.NaN : 1 / ((a - start) * scale)),
  aa: (a) => (a < start ? Number.NaN : -1 / ((a - start) ** 2 * scale)),
});

/** @type {Record<string, Rule>} */
const OPERATORS = {
  "+": { f: (a, b) => a + b, a: () => 1, b: () => 1 },
  "-": { f: (a, b) => a - b, a: () => 1, b: () => -1 },
  "*": { f: (a, b) => a * b, a: (_, b) => b, b: (a) => a, ab: () => 1 },
  "/": {
    f: (a, b) => a / b,
    a: (_, b) => 1 / b,
    b: (_, b, v) => -v / b,
    ab: (_, b) => -1 / (b * b),
    bb: (_, b, v) => (2 * v) / (b * b),
  },
  "**": {
    f: power,
    a: (a, b) => term(b, a, b - 1),
    b: (a, _, v) => logs(v, a, 1),
    aa: (a, b) => term(b * (b - 1), a, b - 2),
    ab: (a, b) => power(a, b - 1) * (1 + b * Math.log(a)),
    bb: (a, _, v) => logs(v, a, 2),
  },
};

/** @type {Rule} */
const NEGATIVE = { f: (a) => -a, a: () => -1 };

/** @type {Record<string, Rule>} */
const FUNCTIONS = {
  exp: { f: Math.exp, a: (_a, _b, v) => v, aa: (_a, _b, v) => v },
  log: logarithm(Math.log, 1, 0),
  sqrt: { f: Math.sqrt, a: (_a, _b, v) => 0.5 / v, aa: (a, _, v) => -0.25 / (a * v) },
  sin: { f: Math.sin, a: Math.cos, aa: (_a, _b, v) => -v },
  cos: { f: Math.cos, a: (a) => -Math.sin(a), aa: (_a, _b, v) => -v },
  tan: { f: Math.tan, a: (_a, _b, v) => 1 + v * v, aa: (_a, _b, v) => 2 * v * (1 + v * v) },
  abs: { f: Math.abs, a: slopeOfAbs },
  tanh: { f: Math.tanh, a: (a) => Math.cosh(a) ** -2, aa: (a, _, v) => -2 * v * Math.cosh(a) ** -2 },
  sinh: { f: Math.sinh, a: Math.cosh, aa: (_a, _b, v) => v },
  cosh: { f: Math.cosh, a: Math.sinh, aa: (_a, _b, v) => v },
  arctan: { f: Math.atan, a: (a) => 1 / (1 + a * a), aa: (a) => (-2 * a) / (1 + a * a) ** 2 },
  arcsin: { f: Math.asin, a: (a) => 1 / Math.sqrt(1 - a * a), aa: (a) => a / (1 - a * a) ** 1.5 },
  arccos: { f: Math.acos, a: (a) => -1 / Math.sqrt(1 - a * a), aa: (a) => -a / (1 - a * a) ** 1.5 },
  log10: logarithm(Math.log10, Math.LN10, 0),
  log2: logarithm(Math.log2, Math.LN2, 0),
  log1p: logarithm(Math.log1p, 1, -1),
  expm1: { f: Math.expm1, a: Math.exp, aa: Math.exp },
  sign: { f: Math.sign, a: (a) => 0 * slopeOfAbs(a) },
  maximum: { f: Math.max, ...chosen(1) },
  minimum: { f: Math.min, ...chosen(-1) },
  power: OPERATORS["**"],
};
// other names that Python has for them
for (const pair of "absolute=abs fabs=abs atan=arctan asin=arcsin acos=arccos max=maximum min=minimum pow=power".split(
  " ",
)) {
  const [name, known] = pair.split("=");
  FUNCTIONS[name] = FUNCTIONS[known];
}

/** @type {Record<string, number>} */
const CONSTANTS = { pi: Math.PI, e: Math.E };

// ---------------------------------------------------------------- from text to tokens

/** @typedef {{ kind: string, text: string, at: number, length: number }} Token */

const TOKEN =
  /(?<number>(?:\d[\d_]*\.?\d*|\.\d+)(?:e[-+]?\d+)?)|(?<name>(?:(?:np|numpy|math)\.)?[\p{L}_][\p{L}\p{Nd}_]*)|(?<mark>\*\*|\/\/|[<>=!]=|\S)/giu;

/** What is no part of a formula, with a word that helps. @type {[RegExp, string][]} */
const ADVICE = [
  [/[\^²³¹⁰⁴-⁹]/, say`Python writes x**2 for a power`],
  [/[×·⋅∙•]/, say`write * for times`],
  [/[÷:]/, say`write / for divided by`],
  [/√/, say`write sqrt(x) for a root`],
  [/\|/, say`write abs(x) for |x|`],
  [/[[\]{}]/, say`write round brackets, and x and y for the coordinates`],
  [/^(\/\/|%)$/, say`a whole quotient or a remainder is no smooth formula: divide with /`],
  [/^=/, say`write only what stands to the right of =`],
  [/[<>!]/, say`a comparison is no formula: write + - * / ** and functions such as sin(x)`],
];

/** Full-width characters and true minus signs as Python writes them, each in its place. @param {string} text */
const plain = (text) => text.replace(/[−–]/g, "-").replace(/[！-～]/g, (wide) => wide.normalize("NFKC"));

/** @param {string} text @returns {Token[]} */
const tokens = (text) =>
  [...plain(text).matchAll(TOKEN)].map(({ 0: word, index: at, groups = {} }) => {
    const kind = groups.number ? "number" : groups.name ? "name" : "mark";
    return { kind, text: word.replace(/^(np|numpy|math)\./, ""), at, length: word.length };
  });

/** "x and y". @param {string[]} names */
const all = (names) => names.reduce((one, next) => say`${one} and ${next}`);

/** @param {string} message @param {{ at: number, length: number }} token @returns {never} */
function fail(message, { at, length }) {
  throw new FormulaError(message, at, length);
}

/**
 * What has been read so far. `ended`: an operand stands there, so that an operator may follow. `open`: the brackets,
 * each with its function, if it is one's, and how many commas it holds.
 * @typedef {{ names: string[], ended: boolean, last: Token | undefined, next: Token | undefined,
 *   open: { token: Token, called: string | null, commas: number }[], out: string[] }} Reading
 */

/** The text again as jsep takes it, and nothing wrong in it. @param {string} text @param {string[]} names */
function written(text, names) {
  /** @type {Reading} */
  const reading = { names, ended: false, last: undefined, next: undefined, open: [], out: [] };
  const found = tokens(text);
  if (!found.length) fail(say`write a formula of ${all(names)}, such as x**2`, { at: 0, length: text.length });
  for (const [i, token] of found.entries()) {
    reading.next = found[i + 1];
    (token.kind === "mark" ? mark : operand)(reading, token);
    reading.last = token;
  }
  if (!reading.ended) missing(reading, { at: text.length, length: 0 });
  const unclosed = reading.open.at(-1);
  if (unclosed) fail(say`this bracket is never closed: a ) is missing`, unclosed.token);
  return reading.out.join(" ");
}

/** A number, a name or a bracket begins. @param {Reading} reading @param {Token} token */
function operand(reading, token) {
  const { last, next, names } = reading;
  const isCall = Object.hasOwn(FUNCTIONS, token.text);
  const known = token.kind !== "name" || isCall || names.includes(token.text) || Object.hasOwn(CONSTANTS, token.text);
  if (!known) fail(unknown(token.text, names, next), token);
  if (reading.ended && last) beside(last, token);
  if (isCall && next?.text !== "(") fail(say`write brackets after ${token.text}: ${token.text}(x)`, token);
  reading.ended = !isCall && token.text !== "(";
  reading.out.push(token.kind === "number" ? `(${token.text.replaceAll("_", "")})` : token.text);
}

/** Two operands, and nothing between them. @param {Token} last @param {Token} token @returns {never} */
function beside(last, token) {
  const numbers = last.kind === "number" && token.kind === "number";
  const message = numbers ? say`an operator is missing between two numbers` : product([last.text, token.text]);
  fail(message, { at: last.at, length: token.at + token.length - last.at });
}

/** @param {string[]} factors */
const product = (factors) => say`write ${factors.join("*")} for times`;

/** @param {string} name @param {string[]} names @param {Token | undefined} next */
function unknown(name, names, next) {
  const called = Object.keys(FUNCTIONS).find((f) => names.some((x) => name === f + x));
  if (name === "lambda") return say`write only what stands after the colon`;
  if (name === "ln") return say`Python writes log(x) for the natural logarithm`;
  if (called) return say`did you mean ${`${called}(${name.slice(called.length)})`}?`;
  if (name === "π") return say`Python writes pi`;
  if ([...name].every((letter) => names.includes(letter))) return product([...name]);
  if (next?.text === "(")
    return say`there is no function ${name} here: use ${Object.keys(FUNCTIONS).slice(0, 8).join(", ")} …`;
  return say`there is no ${name} here: use ${all(names)}`;
}

/** @param {Reading} reading @param {{ at: number, length: number, text?: string }} token @returns {never} */
function missing({ last }, token) {
  if (last) fail(say`something is missing after ${last.text}`, last);
  fail(token.text ? say`something is missing before ${token.text}` : say`something is missing`, token);
}

/** An operator, a bracket, a comma, or what is none of these. @param {Reading} reading @param {Token} token */
function mark(reading, token) {
  if (token.text === "(") return bracket(reading, token);
  if (!/^([-+*/),]|\*\*)$/.test(token.text)) {
    const known = ADVICE.find(([characters]) => characters.test(token.text));
    fail(known ? known[1] : say`${token.text} is no part of a formula`, token);
  }
  const isSign = /[-+]/.test(token.text);
  if (!reading.ended && !isSign) missing(reading, token);
  reading.ended = token.text === ")";
  if (token.text === ")") close(reading, token);
  if (token.text === ",") comma(reading, token);
  reading.out.push(token.text);
}

/** @param {Reading} reading @param {Token} token */
function bracket(reading, token) {
  const { last } = reading;
  operand(reading, token);
  const called = last && Object.hasOwn(FUNCTIONS, last.text) ? last.text : null;
  reading.open.push({ token, called, commas: 0 });
}

/** @param {Reading} reading @param {Token} token */
function close({ open }, token) {
  const { called, commas } = open.pop() ?? fail(say`this bracket was never opened: a ( is missing`, token);
  if (!called) return;
  const takes = FUNCTIONS[called].b ? 2 : 1;
  if (commas + 1 !== takes)
    fail(
      takes === 1 ? say`${called} takes one number: ${called}(x)` : say`${called} takes two numbers: ${called}(x, 0)`,
      token,
    );
}

/** @param {Reading} reading @param {Token} token */
function comma({ open, last, next }, token) {
  const inside = open.at(-1);
  const decimal = last?.kind === "number" && next?.kind === "number";
  if (!inside?.called)
    fail(
      decimal
        ? say`write a point: ${last.text}.${next.text}`
        : say`a comma stands only between the arguments of a function`,
      token,
    );
  inside.commas += 1;
}

// ---------------------------------------------------------------- from tokens to a tree

Jsep.removeAllUnaryOps();
Jsep.removeAllBinaryOps();
Jsep.removeAllLiterals();
for (const sign of ["-", "+"]) Jsep.addUnaryOp(sign);
for (const [operator, binds] of Object.entries({ "+": 1, "-": 1, "*": 2, "/": 2 })) Jsep.addBinaryOp(operator, binds);
// A power belongs to the operand before it, so that a sign before that is applied last, and what follows may have one.
Jsep.hooks.add(
  "after-token",
  /** @this {any} @param {any} found */ function (found) {
    this.gobbleSpaces();
    if (!found.node || !this.expr.startsWith("**", this.index)) return;
    this.index += 2;
    found.node = { type: "BinaryExpression", operator: "**", left: found.node, right: this.gobbleToken() };
  },
);

// ---------------------------------------------------------------- from a tree to operations

/**
 * One operation: the places of its operands, and for each the variables that it depends on, bit by bit.
 * @typedef {{ rule: Rule, a: number, b: number, ofA: number, ofB: number, at: number }} Step
 */

/** The operations of a formula; the same one on the same operands stands once, and those of numbers are done. */
class Program {
  /** @param {string[]} names */
  constructor(names) {
    this.names = names;
    /** @type {Step[]} */
    this.steps = [];
    this.values = names.map(() => 0); // of the variables, the constants and the steps, by place
    this.depends = names.map((_, k) => 1 << k);
    this.curved = names.map(() => false); // has it second derivatives?
    /** @type {Map<string | number, number>} */
    this.known = new Map();
    /** @type {Map<Rule, number>} */
    this.numbered = new Map();
  }

  /** @param {string | number} key @param {number} value @param {number} depends @param {boolean} curved */
  place(key, value, depends = 0, curved = false) {
    this.known.set(key, this.values.length);
    this.depends.push(depends);
    this.curved.push(curved);
    return this.values.push(value) - 1;
  }

  /** @param {number} value */
  constant(value) {
    const key = Object.is(value, -0) ? "-0" : value;
    return this.known.get(key) ?? this.place(key, value);
  }

  /** @param {Rule} rule @param {number} a @param {number} [b] */
  apply(rule, a, b = a) {
    const [ofA, ofB] = [this.depends[a], rule.b ? this.depends[b] : 0];
    if (!ofA && !ofB) return this.constant(rule.f(this.values[a], this.values[b]));
    if (!this.numbered.has(rule)) this.numbered.set(rule, this.numbered.size);
    const key = `${this.numbered.get(rule)} ${a} ${b}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const bends = (ofA && rule.aa) || (ofB && rule.bb) || (ofA && ofB && rule.ab);
    const at = this.place(key, 0, ofA | ofB, Boolean(bends) || this.curved[a] || this.curved[b]);
    this.steps.push({ rule, a, b, ofA, ofB, at });
    return at;
  }

  /** A tree's place; a long sum is a deep tree to the left, which is walked in a loop. @param {any} node @returns {number} */
  add(node) {
    const waiting = [];
    let first = node;
    for (; first.type === "BinaryExpression"; first = first.left) waiting.push(first);
    let at = this.leaf(first);
    for (const { operator, right } of waiting.reverse()) at = this.apply(OPERATORS[operator], at, this.add(right));
    return at;
  }

  /** @param {any} node @returns {number} */
  leaf(node) {
    if (node.type === "Literal") return this.constant(node.value);
    if (node.type === "Identifier")
      return this.names.includes(node.name) ? this.names.indexOf(node.name) : this.constant(CONSTANTS[node.name]);
    if (node.type === "CallExpression") {
      const [a, b] = node.arguments.map((/** @type {any} */ argument) => this.add(argument));
      return this.apply(FUNCTIONS[node.callee.name], a, b);
    }
    const at = this.add(node.argument);
    return node.operator === "-" ? this.apply(NEGATIVE, at) : at;
  }
}

/**
 * A formula of the names, compiled. `text` is what a Python writer types: numbers, the names, pi and e, + - * / **,
 * brackets and functions, with or without np. or math. before them. A FormulaError says what is wrong, and where.
 * @param {string} text @param {string[]} names @returns {Expression}
 */
export function parse(text, names) {
  const program = new Program(names);
  const end = placed(program, text);
  const { steps, values: v, depends, curved } = program;
  const d = names.length;
  const g = new Float64Array(v.length * d); // the gradient of each place
  const h = new Float64Array(v.length * d * d); // the Hessian of each place
  for (let k = 0; k < d; k++) g[k * d + k] = 1;
  /** @param {Float64Array} from @param {number} place */
  const row = (from, place) => names.map((_, k) => from[place * d + k]);

  /** @param {number[]} x */
  function value(x) {
    for (let k = 0; k < d; k++) v[k] = x[k];
    for (const { rule, a, b, at } of steps) v[at] = rule.f(v[a], v[b]);
    return v[end];
  }

  /**
   * The chain rule for one operand. Only a variable that it depends on is asked: an infinite slope times 0 is NaN.
   * @param {number} of @param {number} slope @param {number} from @param {number} to
   */
  function spread(of, slope, from, to) {
    for (let k = 0; k < d; k++) if ((of >> k) & 1) g[to + k] += slope * g[from + k];
  }

  /** @param {Step} step */
  function slopes({ rule, a, b, ofA, ofB, at }) {
    for (let k = 0; k < d; k++) g[at * d + k] = 0;
    if (ofA) spread(ofA, rule.a(v[a], v[b], v[at]), a * d, at * d);
    if (ofB && rule.b) spread(ofB, rule.b(v[a], v[b], v[at]), b * d, at * d);
  }

  /** @param {number[]} x */
  function gradient(x) {
    value(x);
    for (const step of steps) slopes(step);
    return row(g, end);
  }

  /**
   * What an operand alone brings to ∂²/∂k∂l, by its first and second partial derivative.
   * @param {Step} step @param {number} from @param {Part | undefined} one @param {Part | undefined} two
   * @param {number} k @param {number} l
   */
  function alone({ a, b, at }, from, one, two, k, l) {
    if (!((depends[from] >> k) & (depends[from] >> l) & 1)) return 0;
    const straight = two ? two(v[a], v[b], v[at]) * g[from * d + k] * g[from * d + l] : 0;
    return straight + (curved[from] && one ? one(v[a], v[b], v[at]) * h[(from * d + k) * d + l] : 0);
  }

  /** What both bring together. @param {Step} step @param {number} k @param {number} l */
  function together({ rule, a, b, ofA, ofB, at }, k, l) {
    if (!rule.ab || !((ofA >> k) & (ofB >> l) & 1)) return 0;
    return rule.ab(v[a], v[b], v[at]) * g[a * d + k] * g[b * d + l];
  }

  /** @param {Step} step @param {number} k @param {number} l */
  function second(step, k, l) {
    const { rule, a, b, ofA, ofB } = step;
    const byA = ofA ? alone(step, a, rule.a, rule.aa, k, l) : 0;
    const byB = ofB ? alone(step, b, rule.b, rule.bb, k, l) : 0;
    return byA + byB + together(step, k, l) + together(step, l, k);
  }

  /** @param {number[]} x */
  function hessian(x) {
    gradient(x);
    for (const step of steps)
      for (let m = 0; m < d * d; m++) h[step.at * d * d + m] = second(step, Math.floor(m / d), m % d);
    return names.map((_, k) => row(h, end * d + k));
  }

  return { value, gradient, hessian };
}

/** The place of the whole formula. @param {Program} program @param {string} text */
function placed(program, text) {
  const clean = written(text, program.names);
  try {
    return program.add(new Jsep(clean).parse());
  } catch (error) {
    if (error instanceof RangeError)
      fail(say`so many brackets within brackets cannot be read`, { at: 0, length: text.length });
    throw error;
  }
}
