// Reading batches and computing with them: one after the other, and reading ahead.

import { spread } from "../compute/ground.js";
import { across, panel } from "../compute/layout.js";
import { say } from "../compute/say.js";
import { stepped } from "../compute/select.js";
import { bytes, words } from "../compute/words.js";
import { box, frame } from "../draw/axes.js";
import { clip, level, pin, plot, write } from "../draw/pen.js";

const ms = (/** @type {number} */ time) => `${words(time, 6)} ms`;

/** When each batch is read and computed, from when to when; a place is free again once its batch is computed. `waits`:
 * of each lane, up to its last batch. @param {number} load @param {number} compute @param {number} n @param {number} places */
export function schedule(load, compute, n, places) {
  /** @type {[Pair[], Pair[]]} */
  const [reads, works] = [[], []];
  for (let i = 0; i < n; i++) {
    const begin = Math.max(reads[i - 1]?.[1] ?? 0, works[i - places]?.[1] ?? 0);
    reads.push([begin, begin + load]);
    const start = Math.max(begin + load, works[i - 1]?.[1] ?? 0);
    works.push([start, start + compute]);
  }
  const end = works[n - 1][1];
  return { reads, works, end, waits: [reads[n - 1][1] - n * load, end - n * compute] };
}

/** @param {number} load @param {number} compute @param {number} n @param {number} places @returns {Term[]} */
const formulaOf = (load, compute, n, places) => {
  const slower = Math.max(load, compute);
  const [L, C, pace] = [load, compute, slower].map((v) => words(v, 6));
  const term = (/** @type {string} */ lights, /** @type {string} */ text) => ({ text, lights });
  const plain = [
    `${say`one after the other`}: `,
    term("one", `${n} · (${L} + ${C})`),
    ` = ${ms(n * (load + compute))}; `,
  ];
  if (places === 1) return [...plain, say`with 1 place nothing is read ahead`];
  const ahead = [term("first", L), " + ", term("pace", `${n - 1} · ${pace}`), " + ", term("last", C)];
  return [...plain, `${say`reading ahead`}: `, ...ahead, ` = ${ms(load + (n - 1) * slower + compute)}`];
};

const placesOf = (/** @type {number} */ n) => (n === 1 ? say`1 place` : say`${n} places`);

/** @param {number} one @param {Schedule} ahead @param {number} places @param {number} batch */
function sentences(one, { end, waits: [read, compute] }, places, batch) {
  const took = `<b>${placesOf(places)}</b>: <b>${ms(end)}</b>`;
  const first = [
    places > 1 ? say`${took} instead of ${ms(one)}, ${words(one / end, 3)} times as fast.` : `${took}.`,
    say`In flight: ${places} × ${bytes(batch)} = <b>${bytes(places * batch)}</b>.`,
  ];
  if (places > 2) first.push(say`A third place brings nothing while all batches take equally long.`);
  return [
    first.join(" "),
    say`Reading waits ${ms(read)} for a free place, computing waits ${ms(compute)} for a batch.`,
  ];
}

/** The lanes of a pair. @param {Panel} p @param {number} pair @param {number} font */
const lanes = ({ box: { y, h } }, pair, font) => ({
  top: y + (pair * h) / 2 + 1.6 * font,
  tall: (h / 2 - 1.9 * font) / 2,
});

/** A read and a compute lane below a heading; `bright`: is a bar lit?
 * @param {Pen} g @param {Stage<OverlapSpec>} stage @param {Panel} p @param {number} pair @param {string} heading
 * @param {Schedule} made @param {(lane: number, i: number) => boolean} bright */
function drawPair(g, { colour, ink, back, font }, p, pair, heading, { reads, works, end }, bright) {
  const { top, tall } = lanes(p, pair, font);
  const bar = (/** @type {number} */ lane, /** @type {number} */ i, /** @type {Pair} */ [from, to]) => {
    const [x, y, w] = [p.X(from), top + lane * tall, p.X(to) - p.X(from)];
    Object.assign(g, { strokeStyle: back, lineWidth: 1.5, globalAlpha: bright(lane, i) ? 1 : 0.3 });
    g.fillStyle = [colour.sky, colour.orange][lane];
    g.fillRect(x, y, w, tall - 3);
    g.strokeRect(x, y, w, tall - 3);
    Object.assign(g, { globalAlpha: 1, fillStyle: "#000" });
    const [text, middle] = [`${i + 1}`, y + tall / 2 - 1];
    if (w > g.measureText(text).width + 4) write(g, text, x + w / 2, middle, "center", "middle");
  };
  clip(g, p, () => {
    for (const [lane, bars] of [reads, works].entries()) for (const [i, span] of bars.entries()) bar(lane, i, span);
  });
  plot(g, p, 2, (j) => [end, p.Y.back(top + 2 * tall * j)], ink, 2, [3, 4]);
  g.fillStyle = ink;
  Object.assign(g, { textAlign: "left", textBaseline: "bottom" });
  g.fillText(`${heading}: ${ms(end)}${end > p.x[1] ? " →" : ""}`, p.box.x + 6, top - 3, p.box.w - 10);
}

/** @type {Explorer<OverlapSpec>} */
export const overlap = {
  keys: (_, { sky, orange, grey, blue }) => [
    { [say`read`]: sky, [say`compute`]: orange },
    { [say`half`]: grey, [say`saved`]: blue },
  ],
  axes() {}, // the time follows the number of batches
  select(stage, { load, compute, buffers, batches: n }) {
    const { spec, main, side, colour, ink, back, font, lit } = stage;
    const [one, ahead] = [1, buffers].map((places) => schedule(load, compute, n, places));
    const p = panel({ ...main, x: [0, (n + 1) * spec.most] }, main.box); // all that is read ahead fits
    const saved = (/** @type {number} */ c) => 100 * (1 - schedule(load, c, n, buffers).end / (n * (load + c)));
    const { top, tall } = lanes(p, 1, font);
    const handle = (
      /** @type {number} */ lane,
      /** @type {string} */ name,
      /** @type {"load" | "compute"} */ trait,
    ) => {
      const [value, from] = lane ? [compute, load] : [load, 0];
      const to = (/** @type {Pair} */ [x]) => stepped(p.X.back(x) - from, spec.step, [spec.step, spec.most]);
      const at = /** @type {Pair} */ ([p.X(from + value), top + (lane + 0.5) * tall]);
      return across(name, at, ms(value), value, p.X(spec.step) - p.X(0), (pixel) => ({ [trait]: to(pixel) }));
    };
    const part = (/** @type {number} */ lane, /** @type {number} */ i) => {
      if (i === lane * (n - 1)) return ["first", "last"][lane];
      return (lane === 1) === compute >= load ? "pace" : "";
    };
    const bright = (/** @type {number} */ lane, /** @type {number} */ i) => !lit || part(lane, i) === lit;
    const pixel = side.at(compute, saved(compute));
    return {
      shown: { one: one.end, ahead: ahead.end, waits: ahead.waits, flight: buffers * spec.batch, pixel },
      text: sentences(one.end, ahead, buffers, spec.batch),
      formula: formulaOf(load, compute, n, buffers),
      handles: [handle(0, say`time to read a batch`, "load"), handle(1, say`time to compute with it`, "compute")],
      draw(g) {
        drawPair(g, stage, p, 0, say`one after the other`, one, () => !lit || lit === "one");
        drawPair(g, stage, p, 1, placesOf(buffers), ahead, bright);
        box(g, p, ink, font, p.X.ticks(font * 4.2), (t) => words(t, 6));
        frame(g, side, ink, font);
        level(g, side, 50, colour.grey, 2, [8, 6]);
        const times = spread(side.x, 201);
        plot(g, side, times.length, (j) => [times[j], saved(times[j])], colour.blue, 3);
        pin(g, side, pixel, 7, colour.orange, back);
      },
    };
  },
};
