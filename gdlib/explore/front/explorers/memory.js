// Bytes against the memory of a machine. It needs no table: bytes are products of whole numbers
// below 2⁵³, exact in JavaScript too. The axes count in bytes.

import { across } from "../compute/layout.js";
import { bytes, grouped, plural, power } from "../compute/words.js";
import { box } from "../draw/axes.js";
import { level, line, pin, plot, write } from "../draw/pen.js";

/** What is selected. @param {MemorySpec} spec @param {Values} values places in its lists */
export function needs({ values: lists, item, work, buffers, here }, values) {
  const chosen = (/** @type {"n" | "d" | "b" | "memory"} */ name) => lists[name][Math.round(values[name])];
  const [n, d, asked, memory] = [chosen("n"), chosen("d"), chosen("b"), chosen("memory")];
  const dtype = lists.dtype[Math.round(values.dtype)];
  const size = item[values.dtype];
  const b = Math.min(asked, n);
  const converted = dtype === "uint8" ? 8 * d : 0;
  const row = buffers * d * size + converted;
  const [data, targets, model] = [n * d * size, n * size, work[values.dtype] * d];
  const all = data + targets + model;
  return {
    ...{ n, d, dtype, asked, b, memory, data, targets, model, row, buffers },
    largest: Math.max(0, Math.min(n, Math.floor((memory - model) / row))),
    batch: b * d * size,
    converted: b * converted,
    flight: b * row,
    times: Math.floor(memory / all),
    machines: Math.ceil(all / memory),
    updates: Math.ceil(n / b),
    here: memory === here,
  };
}

/** @param {Needs} m */
function fitsWhere({ times, machines, memory, here }) {
  if (!times) return `needs ${grouped(machines)} machines</b> of ${bytes(memory)}${here ? " like this one" : ""}`;
  const often = times === 1 ? "once" : `${grouped(times)} times`;
  return `fits ${often}</b> into the ${bytes(memory)} of ${here ? "this" : "the"} machine`;
}

/** @param {Needs} m */
function largestBatch({ largest, n }) {
  if (largest === n) return "Even all rows as one batch fit";
  return largest ? `The largest b that fits is <b>${grouped(largest)}</b>` : "Not even one row fits";
}

export function sentences(/** @type {Needs} */ m) {
  const cut = m.b < m.asked ? " (no batch is larger than n)" : "";
  const turned = m.converted ? `, and one of them converted to float64, ${bytes(m.converted)}` : "";
  const fits = m.flight + m.model <= m.memory ? "fits" : "does not fit";
  return [
    `<b>Data</b>: ${grouped(m.n)} × ${grouped(m.d)} in ${m.dtype}, <b>${bytes(m.data)}</b>. ` +
      `With its targets and the model it <b>${fitsWhere(m)}.`,
    `<b>In flight</b>: ${m.buffers} batches of ${grouped(m.b)} row${plural(m.b)}${cut}, ` +
      `${bytes(m.buffers * m.batch)}${turned}: <b>${fits}</b>. ${largestBatch(m)}. ` +
      `One pass through the data: <b>${grouped(m.updates)} update${plural(m.updates)}</b>.`,
  ];
}

const TICKS = [1, 2, 3, 4, 5].map((k) => 1024 ** k);
const named = (/** @type {number} */ tick) => `1 ${"KMGTP"[TICKS.indexOf(tick)]}iB`;

/** The place in a list of the value nearest to v, by their ratio. @param {number[]} list @param {number} v */
export function nearestIn(list, v) {
  const away = list.map((value) => Math.abs(Math.log(value / v)));
  return away.indexOf(Math.min(...away));
}

/** Where the bar of a part begins, from above. @param {Stage<MemorySpec>} stage @param {number} k */
const top = ({ main: { box }, font }, k) => box.y + (k * box.h) / 3 + font * 1.9;

/** The end of the data's bar is the rows', the line the memory's.
 * @param {Stage<MemorySpec>} stage @param {Needs} m @returns {Handle[]} */
const rings = (stage, m) => {
  const { spec, main, font } = stage;
  const step = main.X(1.75 * main.x[0]) - main.X(main.x[0]); // reaches the next value of each list
  const ring = (/** @type {"n" | "memory"} */ trait, /** @type {number} */ size, /** @type {number} */ k) =>
    across(
      { n: "rows", memory: "memory" }[trait],
      [main.X(size), top(stage, k) + main.box.h / 6 - font * 1.25],
      bytes(size),
      size,
      step,
      ([x]) => ({ [trait]: nearestIn(spec.values[trait], (main.X.back(x) * m[trait]) / size) }),
    );
  return [ring("n", m.data, 0), ring("memory", m.memory, 2)];
};

/** A bar for each part against the memory's line. @type {(g: Pen, s: Stage<MemorySpec>, m: Needs) => void} */
const bars = (g, stage, m) => {
  const { main, colour, ink, back, font } = stage;
  const { x, y, w, h } = main.box;
  const all = Object.entries({ data: m.data, "in flight": m.flight, model: m.model });
  for (const [k, [, size]] of all.entries()) {
    g.fillStyle = [colour.blue, colour.orange, colour.green][k];
    g.fillRect(x, top(stage, k), Math.max(3, main.X(size) - x), h / 3 - font * 2.5);
  }
  const edge = main.X(m.memory);
  line(g, 2, (j) => [edge, y + j * h], colour.red, 3);
  Object.assign(g, { textAlign: "left", textBaseline: "bottom", lineWidth: 4, strokeStyle: back, fillStyle: ink });
  for (const [k, [name, size]] of all.entries()) {
    g.strokeText(`${name}: ${bytes(size)}`, x + 6, top(stage, k) - 3);
    g.fillText(`${name}: ${bytes(size)}`, x + 6, top(stage, k) - 3);
  }
  const label = `memory ${bytes(m.memory)}`;
  const half = g.measureText(label).width / 2 + 2;
  write(g, label, Math.max(x + half, Math.min(x + w - half, edge)), y - 4, "center");
};

/** @type {Explorer<MemorySpec>} */
export const memory = {
  keys: (_, { blue, red, orange }) => [{}, { data: blue, memory: red, "in flight": orange }],
  axes(g, { main, side, ink, font }) {
    const { x, y, w, h } = side.box;
    Object.assign(g, { fillStyle: ink, globalAlpha: 0.25 });
    for (const t of TICKS) g.fillRect(main.X(t) - 0.5, main.box.y, 1, main.box.h);
    for (const t of TICKS) g.fillRect(x, side.Y(t) - 0.5, w, 1);
    box(g, main, ink, font, TICKS, named);
    box(g, side, ink, font, side.X.ticks(font * 4.2), power);
    for (const t of TICKS) write(g, named(t), x - 4, Math.min(side.Y(t), y + h - font / 2), "right", "middle");
  },
  select(stage, values) {
    const { spec, main, side, colour, back } = stage;
    const m = needs(spec, values);
    const pixel = side.at(m.b, m.flight);
    return {
      done: m.b >= m.n,
      shown: { ...m, pixel, edge: main.X(m.memory) },
      text: sentences(m),
      handles: rings(stage, m),
      draw(g) {
        bars(g, stage, m);
        const sizes = [1, Math.min(m.n, side.x[1])];
        plot(g, side, 2, (j) => [sizes[j], sizes[j] * m.row], colour.orange, 3);
        level(g, side, m.memory, colour.red, 3);
        level(g, side, m.data, colour.blue, 2, [8, 5]);
        pin(g, side, pixel, 7, colour.orange, back);
      },
    };
  },
};
