// One coefficient as a knob. It moves the residual of each row by −X_ik, and the residual moves its share of S = ½‖r‖²
// by r_i: along a path the two rates multiply, over the paths they add.

import { spread } from "../compute/ground.js";
import { across, panel } from "../compute/layout.js";
import { say } from "../compute/say.js";
import { stepped } from "../compute/select.js";
import { words } from "../compute/words.js";
import { box, frame } from "../draw/axes.js";
import { line, pin, plot, straight, write } from "../draw/pen.js";

const sub = (/** @type {number} */ k) => "₁₂₃₄₅₆₇₈"[k];
const factor = (/** @type {number} */ v) => (v < 0 ? `(${words(v)})` : words(v));

/** Where something is largest in size. @type {(rows: Row[], of: (row: Row) => number) => number} */
const most = (rows, of) => rows.reduce((best, row, i) => (Math.abs(of(row)) > Math.abs(of(rows[best])) ? i : best), 0);

/** Each row's entry X_ik, its residual before and now, and its path −X_ik · r_i; of S the start, and the slope there
 * (`steep`), the bend, and S and its slope now; `best`: the turn to where the slope is 0.
 * @param {KnobSpec} spec @param {Arrays} arrays @param {number} k @param {number} turn */
export function turned({ d, beta }, { X, y }, k, turn) {
  const rows = Array.from(y, (target, i) => {
    const [entry, before] = [X[i * d + k], beta.reduce((left, b, j) => left - X[i * d + j] * b, target)];
    const now = before - entry * turn;
    return { entry, before, now, path: 0 - entry * now };
  });
  const sum = (/** @type {(row: Row) => number} */ of) => rows.reduce((all, row) => all + of(row), 0);
  const [steep, bend] = [sum((r) => -r.entry * r.before), sum((r) => r.entry ** 2)];
  const [start, S] = [sum((r) => r.before ** 2) / 2, sum((r) => r.now ** 2) / 2];
  const [slope, size] = [sum((r) => r.path), sum((r) => Math.abs(r.path))];
  const left = Math.abs(slope) > 1e-12 * size ? slope : 0; // of paths that cancel rounding is left
  return { rows, start, S, steep, bend, slope: left, best: -steep / bend };
}

/** @param {KnobSpec} spec @param {Turned} made @param {number} k @param {number} turn */
function sentences({ beta }, { rows, start, S, steep, slope }, k, turn) {
  const [name, from] = [`β${sub(k)}`, words(beta[k])];
  const i = most(rows, ({ path }) => path);
  const [to, was, now, change] = [words(beta[k] + turn), words(start, 6), words(S, 6), words(S - start, 5)];
  const byRule = `${words(steep)} · ${factor(turn)} = ${words(steep * turn)}`;
  const told = turn
    ? [
        say`${name} from ${from} to ${to}: S from ${was} to <b>${now}</b>, a change of <b>${change}</b>.`,
        say`By the rule, slope at the start times turn: ${byRule}.`,
      ]
    : [`${name} = ${from}: S = <b>${now}</b>.`, say`A small turn changes S by about ${words(steep)} times the turn.`];
  const why = slope
    ? say`Row ${i + 1} pulls most: ${words(rows[i].path)}.`
    : say`The paths cancel: with ${name} alone, S gets no lower.`;
  return [told.join(" "), `${say`Slope now: <b>${words(slope)}</b>.`} ${why}`];
}

/** The letters of the sum, then its numbers: each product lights its row. @param {Turned} made @param {number} k @returns {Term[]} */
const formulaOf = ({ rows, slope }, k) => {
  const term = (/** @type {(row: Row, i: number) => string} */ text) =>
    rows.flatMap((row, i) => [i ? " + " : "", { text: text(row, i), lights: `row ${i + 1}` }]);
  const letters = term((_, i) => `X<sub>${i + 1}${k + 1}</sub> r<sub>${i + 1}</sub>`);
  const sum = rows.length > 4 ? [`∑ X<sub>i${k + 1}</sub> r<sub>i</sub>`] : ["(", ...letters, ")"];
  const end = [" = −(", ...term(({ entry, now }) => `${factor(entry)} · ${factor(now)}`), ") = "];
  return [`∂S/∂β${sub(k)} = −`, ...sum, ...end, { text: words(slope), lights: "slope" }];
};

/** Where the bars of the rows and the parabola stand, for this knob. @param {Stage<KnobSpec>} stage @param {Turned} made @param {number} k */
function panels({ spec: { turns, beta }, main, side, font }, { rows, start, steep, bend }, k) {
  const ends = [0, ...rows.flatMap(({ before, entry }) => turns.map((turn) => before - entry * turn))];
  const S = (/** @type {number} */ turn) => start + steep * turn + (bend / 2) * turn ** 2;
  const [left, right, top] = [Math.min(...ends), Math.max(...ends), Math.max(...turns.map(S))].map((v) => 1.05 * v);
  const bars = panel({ ...main, x: [left, right] }, { ...main.box, w: main.box.w - 3.8 * font });
  const x = /** @type {Pair} */ (turns.map((turn) => beta[k] + turn));
  const tall = bars.box.h / rows.length;
  const [head, thick] = tall > 3.2 * font ? [1.6 * font, tall - 2.2 * font] : [0.2 * tall, 0.6 * tall];
  const lane = (/** @type {number} */ i) => ({ head, thick, high: bars.box.y + i * tall + head });
  return { S, bars, lane, cut: panel({ ...side, x, y: [0, top], xlabel: `β${sub(k)}` }, side.box) };
}

/** A row's bar now, its outline before, and its numbers.
 * @type {(g: Pen, stage: Stage<KnobSpec>, places: ReturnType<typeof panels>, made: Turned, k: number) => void} */
const drawRows = (g, { colour, ink, font, lit, main }, { bars, lane }, { rows }, k) => {
  const { x, y, h } = bars.box;
  const column = main.box.x + main.box.w - 1.8 * font; // of −X_ik
  for (const [i, { entry, before, now, path }] of rows.entries()) {
    const { head, thick, high } = lane(i);
    Object.assign(g, { fillStyle: colour.sky, globalAlpha: lit === `row ${i + 1}` ? 0.25 : 0 });
    g.fillRect(x, high - head, main.box.w, h / rows.length);
    const bar = (/** @type {number} */ r) => /** @type {const} */ ([bars.X(0), high, bars.X(r) - bars.X(0), thick]);
    Object.assign(g, { globalAlpha: 1, fillStyle: colour.orange, strokeStyle: ink, lineWidth: 1.5 });
    g.fillRect(...bar(now));
    g.strokeRect(...bar(before));
    g.fillStyle = ink;
    write(g, `r${sub(i)}`, x - 7, high + thick / 2, "right", "middle");
    write(g, words(-entry, 3), column, high + thick / 2, "center", "middle");
    if (head > font) write(g, `${words(-entry)} · ${factor(now)} = ${words(path)}`, x + 6, high - 3);
    line(g, 2, (j) => [bars.X(0), high + j * thick], ink, 2);
  }
  box(g, bars, ink, font, bars.X.ticks(font * 3), (t) => words(t));
  const heading = say`per 1\nof ${`β${sub(k)}`}`.split("\n");
  for (const [j, part] of heading.entries()) write(g, part, column, y + h + 7 + 1.15 * j * font, "center", "top");
};

/** @type {Explorer<KnobSpec>} */
export const knob = {
  keys: (_, { orange, grey, green }) => [
    { [say`before (outline)`]: grey, [say`now`]: orange },
    { [say`slope at the start`]: grey, [say`now`]: green },
  ],
  axes() {}, // they follow the knob
  select(stage, { k, turn }) {
    const { spec, arrays, colour, ink, back, font, lit } = stage;
    const made = turned(spec, arrays, k, turn);
    const places = panels(stage, made, k);
    const { S, bars, lane, cut } = places;
    const i = most(made.rows, ({ entry }) => entry); // the row that moves most can be grabbed
    const [row, now] = [made.rows[i], spec.beta[k] + turn];
    const pixel = cut.at(now, made.S);
    const end = /** @type {Pair} */ ([bars.X(row.now), lane(i).high + lane(i).thick / 2]);
    const turnTo = (/** @type {number} */ to) => ({
      turn: Math.abs(to - made.best) <= 2.5 * spec.step ? made.best : stepped(to, spec.step, spec.turns),
    });
    const byKnob = (/** @type {Pair} */ [x]) => turnTo(cut.X.back(x) - spec.beta[k]);
    const byRow = (/** @type {Pair} */ [x]) => turnTo((row.before - bars.X.back(x)) / row.entry);
    const five = (/** @type {Panel} */ { X }, rate = 1) => Math.abs(X(5 * spec.step * rate) - X(0)); // steps a key
    const says = `β${sub(k)} = ${words(now)}, S = ${words(made.S)}`;
    return {
      shown: { ...made, k, turn, pixel, end },
      text: sentences(spec, made, k, turn),
      formula: formulaOf(made, k),
      handles: [
        across(say`knob ${`β${sub(k)}`}`, pixel, says, now, five(cut), byKnob),
        across(
          say`residual of row ${i + 1}`,
          end,
          `r${sub(i)} = ${words(row.now)}`,
          row.now,
          five(bars, row.entry),
          byRow,
        ),
      ],
      draw(g) {
        drawRows(g, stage, places, made, k);
        frame(g, cut, ink, font);
        const turns = spread(spec.turns, 121);
        plot(g, cut, turns.length, (j) => [spec.beta[k] + turns[j], S(turns[j])], colour.blue, 3);
        straight(g, cut, [spec.beta[k], made.start], made.steep, colour.grey, 2, [8, 6]);
        straight(g, cut, [now, made.S], made.slope, colour.green, lit === "slope" ? 6 : 3);
        pin(g, cut, pixel, 7, colour.orange, back);
      },
    };
  },
};
