// A prediction against its answer.

import { scale } from "./layout.js";
import { say } from "./say.js";
import { along, shares } from "./strokes.js";
import { often, place, words } from "./words.js";

/** What Python's `encoded` has made of a value. @param {string} code @returns {any} */
export const decode = (code) =>
  JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(code), (c) => c.charCodeAt(0))));

/**
 * The number that was typed, NaN where it is none: full-width digits, a true minus and 3·10^4 too. Of commas and dots
 * the last kind is the decimal sign, unless it groups thousands: twice, or once before three digits ("1,000", no "0,125").
 * @param {string} typed
 */
export function parsed(typed) {
  let text = typed
    .normalize("NFKC")
    .trim()
    .replace(/[−–]/g, "-")
    .replace(/\s*[·×*]\s*10\s*(\^|\*\*)\s*/, "e");
  text = text.replace(/(\d)[ _'’](?=\d{3}(?!\d))/g, "$1");
  const commas = /^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?(e.*)?$/i.test(text);
  const dots = /^[-+]?[1-9]\d{0,2}(\.\d{3}){2,}(,\d*)?(e.*)?$|^[-+]?[1-9]\d{0,2}\.\d{3},\d*(e.*)?$/i.test(text);
  text = commas ? text.replaceAll(",", "") : (dots ? text.replaceAll(".", "") : text).replace(",", ".");
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}

/** @param {Question} question */
const unitOf = ({ unit }) => (unit ? ` ${unit}` : "");

/** A count is right when it is exact. @param {Question} question @param {unknown} truth */
const isCount = ({ rtol, atol, choices }, truth) => !choices && !rtol && atol < 1 && Number.isInteger(truth);

/** When a number is right: "within ±10 %". @param {Question} question @param {unknown} truth */
export function within(question, truth) {
  if (isCount(question, truth)) return say`only if exact`;
  const { rtol, atol } = question;
  const parts = [rtol && `${words(100 * rtol)} %`, atol && words(atol) + unitOf(question)];
  return say`within ±${parts.filter(Boolean).join(" + ") || 0}`;
}

/** As `judged` needs it. @type {(question: Question, given: string, truth: number) => [boolean, string, string]} */
const measured = (question, given, truth) => {
  const size = Math.abs(truth);
  const miss = Math.abs(parsed(given) - truth);
  const exact = 1e-9 * size;
  const allowed = isCount(question, truth) ? exact : question.rtol * size + question.atol;
  // beyond 1000 % a share says nothing
  const share = truth && miss <= 10 * size ? ` (${words((100 * miss) / size, 3)} %)` : "";
  const off = ` ${say`You are off by ${words(miss, 3) + share}; right is ${within(question, truth)}.`}`;
  const answer = Number.isInteger(truth) && size < 1e6 ? words(truth, 6) : words(truth);
  return [miss <= allowed, answer, miss <= Math.max(allowed / 100, exact) ? "" : off];
};

/** Is it right? Backquotes mark code. @param {Question} question @param {string} given @param {any} truth */
export function judged(question, given, truth) {
  const [right, answer, off] = question.choices ? [given === truth, truth, ""] : measured(question, given, truth);
  const unit = unitOf(question);
  return {
    right,
    answer: say`You said ${given + unit}. The answer is ${answer + unit}.`,
    verdict: (right ? say`✓ Right.` : say`✗ Not this time.`) + off,
  };
}

// ---------------------------------------------------------------- drawn lines

/** A value of an axis, to about a thousandth of what the picture shows. @type {(value: number, ends: Pair, log: boolean) => number} */
const rough = (value, [low, high], log) =>
  log
    ? Number(value.toPrecision(4))
    : Number(value.toFixed(Math.max(0, Math.min(20, 3 - Math.floor(Math.log10(high - low))))));

/** To the picture's own places, 0 to 1 each way and never above or below it. @param {Axes} axes */
export function placing({ x, y, logx, logy }) {
  const [X, Y] = [scale(x, [0, 1], logx), scale(y, [0, 1], logy)];
  return {
    /** @type {(point: number[]) => Pair} */
    of: ([u, v]) => [X(u), Math.max(0, Math.min(1, Y(v)))],
    /** @type {(place: Pair) => Pair} */
    back: ([s, t]) => [rough(X.back(s), x, logx), rough(Y.back(t), y, logy)],
  };
}

/** The height of a line at a place from left to right. @param {Pair[]} line @param {number} s */
function heightAt(line, s) {
  const next = line.findIndex(([x]) => x >= s - 1e-12);
  if (next <= 0) return line[next === 0 ? 0 : line.length - 1][1];
  const [a, b] = [line[next - 1], line[next]];
  return a[1] + ((s - a[0]) / (b[0] - a[0])) * (b[1] - a[1]);
}

const mean = (/** @type {number[]} */ values) => values.reduce((sum, v) => sum + v, 0) / values.length;

/** 100 for no gap, 0 where it is a quarter of the picture or more. @param {number} gap @param {string} of */
const scored = (gap, of) => {
  const score = Math.round(100 * Math.max(0, 1 - 4 * gap));
  const share = words(100 * gap, 2);
  const verdict = say`Score ${score} of 100: the mean gap is ${share} % of the picture's ${of}; 25 % gives 0.`;
  return { score, verdict };
};

/** A gap in parts of the height, in words: "0.8" or, on a logarithmic axis, "a factor 2.5".
 * @param {Axes} axes @param {number} gap */
const sized = ({ y, logy }, gap) =>
  logy ? say`a factor ${words((y[1] / y[0]) ** gap, 2)}` : words(gap * (y[1] - y[0]), 2);

/** A drawn curve against the true one, where it was not known. @param {Sheet} sheet @param {Pair[]} drawn @param {Pair[]} truth */
export function judgedCurve({ axes, known }, drawn, truth) {
  const { of, back } = placing(axes);
  const [yours, its] = [drawn, truth].map((line) => line.map(of));
  const from = known.length ? of(known[known.length - 1])[0] : 0;
  const gaps = Array.from({ length: 97 }, (_, k) => from + (k / 96) * (1 - from)).map(
    (s) => heightAt(yours, s) - heightAt(its, s),
  );
  const high = mean(gaps);
  const off = sized(axes, Math.abs(high));
  const asked = its.map(([s, t], k) => (s > from || !known.length ? Math.abs(heightAt(yours, s) - t) : -k / 1e9));
  const far = asked.indexOf(Math.max(...asked));
  const [x, y] = truth[far];
  const you = back([0, heightAt(yours, its[far][0])])[1];
  const way = high > 0 ? say`You were ${off} too high on average` : say`You were ${off} too low on average`;
  const average = Math.abs(high) < 0.005 ? say`On average you were neither too high nor too low` : way;
  const farthest = say`farthest apart at ${axes.xlabel} ${words(x, 3)}: you ${words(you, 3)}, it is ${words(y, 3)}.`;
  const found = scored(mean(gaps.map(Math.abs)), say`height`);
  const shape = scored(mean(gaps.map((gap) => Math.abs(gap - high))), "").score;
  const moved =
    high > 0
      ? say`Moved down by that, your curve would get ${shape}.`
      : say`Moved up by that, your curve would get ${shape}.`;
  return { answer: `${average}; ${farthest}${shape >= found.score + 10 ? ` ${moved}` : ""}`, ...found };
}

/** How often a line turns from side to side of a way: moves across it of less than `least` do not count.
 * @type {(line: Pair[], way: Pair, least?: number) => number} */
export function turns(line, [dx, dy], least = 0.02) {
  const size = Math.hypot(dx, dy);
  const across = line.map(([x, y]) => (size ? (dx * y - dy * x) / size : y));
  let [count, side, extreme] = [0, 0, across[0]];
  for (const value of across) {
    const moved = value - extreme;
    const on = side !== 0 && side * moved >= 0;
    if (!on && Math.abs(moved) < least) continue;
    if (!on) [count, side] = [count + Math.abs(side), Math.sign(moved)];
    extreme = value;
  }
  return count;
}

/** Which minimum a line ends at, within a tenth of the picture. @param {Pair[]} minima @param {Pair} end */
function reached(minima, end) {
  const away = minima.map(([x, y]) => Math.hypot(x - end[0], y - end[1]));
  const nearest = away.indexOf(Math.min(...away));
  return away[nearest] < 0.1 ? nearest : -1;
}

/** @param {Pair[]} minima @param {number} yours @param {number} its the place among the minima, -1: none */
function minimaWords(minima, yours, its) {
  const near = (/** @type {number} */ k) => (k < 0 ? say`none` : place(minima[k], 3));
  if (its < 0 && yours < 0) return "";
  if (its < 0) return ` ${say`It ends near no minimum, your line near ${near(yours)}.`}`;
  if (its === yours) return ` ${say`It ends near the minimum ${near(its)}, and so do you.`}`;
  return ` ${say`It ends near the minimum ${near(its)}, your line near ${near(yours)}.`}`;
}

/** A drawn walk against the true one. @param {Sheet} sheet @param {Pair[]} drawn @param {Pair[]} truth */
export function judgedWalk({ axes, known, minima }, drawn, truth) {
  const { of } = placing(axes);
  const walked = truth.slice(Math.max(0, known.length - 1));
  const [yours, its] = [drawn, walked].map((line) => line.map(of));
  const ways = [yours, its].map(shares);
  const gap = mean(
    Array.from({ length: 61 }, (_, k) => {
      const [a, b] = [along(yours, ways[0], k / 60), along(its, ways[1], k / 60)];
      return Math.hypot(a[0] - b[0], a[1] - b[1]) / Math.SQRT2;
    }),
  );
  const [end, last] = [drawn, truth].map((line) => line[line.length - 1]);
  const distance = words(Math.hypot(end[0] - last[0], end[1] - last[1]), 2);
  const at = (/** @type {Pair} */ [u, v]) => place([rough(u, axes.x, axes.logx), rough(v, axes.y, axes.logy)], 3);
  const ends = say`You end at ${at(end)}, the walk at ${at(last)}: ${distance} apart.`;
  const which = minimaWords(minima, ...twice((line) => reached(minima.map(of), line[line.length - 1]), yours, its));
  const way = /** @type {Pair} */ ([0, 1].map((k) => its[its.length - 1][k] - its[0][k]));
  const [mine, real] = twice((line) => turns(line, way), yours, its);
  const zigzag =
    Math.max(mine, real) > 1 ? ` ${say`It turns from side to side ${often(real)}, your line ${often(mine)}.`}` : "";
  return { answer: ends + which + zigzag, ...scored(gap, say`diagonal`) };
}

/** @type {(measure: (line: Pair[]) => number, one: Pair[], two: Pair[]) => Pair} */
const twice = (measure, one, two) => [measure(one), measure(two)];
