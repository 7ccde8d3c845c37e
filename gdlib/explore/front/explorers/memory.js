// Bytes against the memory of a machine. It needs no table: bytes are products of whole numbers
// below 2⁵³, exact in JavaScript too. The axes count in bytes.

import { bytes, grouped, power } from "../compute/words.js";
import { box } from "../draw/axes.js";
import { level, line, mark, plot } from "../draw/pen.js";

/** @import { Explorer, MemorySpec, Panel, Pen, Stage, Values } from "../types.js" */
/** @typedef {ReturnType<typeof needs>} Needs */

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
  const largest = Math.max(0, Math.min(n, Math.floor((memory - model) / row)));
  return {
    ...{ n, d, dtype, asked, b, memory, data, targets, model, row, largest, buffers },
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
  const [the, like] = here ? ["this", " like this one"] : ["the", ""];
  if (times === 1) return `fits once</b> into the ${bytes(memory)} of ${the} machine`;
  if (times) return `fits ${grouped(times)} times</b> into the ${bytes(memory)} of ${the} machine`;
  return `needs ${grouped(machines)} machines</b> of ${bytes(memory)}${like}`;
}

/** @param {Needs} m */
function largestBatch({ largest, n }) {
  if (largest === n) return "Even all rows as one batch fit";
  return largest ? `The largest b that fits is <b>${grouped(largest)}</b>` : "Not even one row fits";
}

/** @param {Needs} m */
export function sentences(m) {
  const rows = `${grouped(m.b)} row${m.b === 1 ? "" : "s"}`;
  const cut = m.b < m.asked ? " (no batch is larger than n)" : "";
  const turned = `, and one of them converted to float64, ${bytes(m.converted)}`;
  const fits = m.flight + m.model <= m.memory ? "fits" : "does not fit";
  const updates = `${grouped(m.updates)} update${m.updates === 1 ? "" : "s"}`;
  return [
    `<b>Data</b>: ${grouped(m.n)} × ${grouped(m.d)} in ${m.dtype}, <b>${bytes(m.data)}</b>. ` +
      `With its targets and the model it <b>${fitsWhere(m)}.`,
    `<b>In flight</b>: ${m.buffers} batches of ${rows}${cut}, ${bytes(m.buffers * m.batch)}` +
      `${m.converted ? turned : ""}: <b>${fits}</b>. ${largestBatch(m)}. ` +
      `One pass through the data: <b>${updates}</b>.`,
  ];
}

const TICKS = [1, 2, 3, 4, 5].map((k) => 1024 ** k);
const named = (/** @type {number} */ tick) => `1 ${"KMGTP"[TICKS.indexOf(tick)]}iB`;

/** @param {Pen} g @param {Stage<MemorySpec>} stage */
function axes(g, { main, side, ink, font }) {
  const { x, y, w, h } = side.box;
  g.fillStyle = ink;
  g.globalAlpha = 0.25;
  for (const t of TICKS) g.fillRect(main.X(t) - 0.5, main.box.y, 1, main.box.h);
  for (const t of TICKS) g.fillRect(x, side.Y(t) - 0.5, w, 1);
  g.globalAlpha = 1;
  box(g, main, ink, font, TICKS, named);
  box(g, side, ink, font, side.X.ticks(font * 4.2), power);
  g.textAlign = "right";
  g.textBaseline = "middle";
  for (const t of TICKS) g.fillText(named(t), x - 4, Math.min(side.Y(t), y + h - font / 2));
}

/** @type {(g: Pen, stage: Stage<MemorySpec>, needs: Needs) => void} */
const bars = (g, { main, colour, ink, back, font }, m) => {
  const { x, y, h } = main.box;
  const top = (/** @type {number} */ k) => y + (k * h) / 3 + font * 1.9;
  const all = /** @type {const} */ ([
    ["data", m.data, colour.blue],
    ["in flight", m.flight, colour.orange],
    ["model", m.model, colour.green],
  ]);
  all.forEach(([, size, fill], k) => {
    g.fillStyle = fill;
    g.fillRect(x, top(k), Math.max(3, main.X(size) - x), h / 3 - font * 2.5);
  });
  const edge = main.X(m.memory);
  line(g, 2, (j) => [edge, y + j * h], colour.red, 3);
  g.textAlign = "left";
  g.textBaseline = "bottom";
  g.lineWidth = 4;
  g.strokeStyle = back;
  g.fillStyle = ink;
  all.forEach(([name, size], k) => {
    g.strokeText(`${name}: ${bytes(size)}`, x + 6, top(k) - 3);
    g.fillText(`${name}: ${bytes(size)}`, x + 6, top(k) - 3);
  });
};

/** The memory's name above its line. @param {Pen} g @param {Panel} main @param {number} memory */
function nameOfMemory(g, main, memory) {
  const { x, y, w } = main.box;
  const label = `memory ${bytes(memory)}`;
  const half = g.measureText(label).width / 2 + 2;
  g.textAlign = "center";
  g.fillText(label, Math.max(x + half, Math.min(x + w - half, main.X(memory))), y - 4);
}

/** @param {Stage<MemorySpec>} stage @param {Values} values */
function select({ spec, main, side }, values) {
  const m = needs(spec, values);
  const pixel = side.at(m.b, m.flight);
  return {
    m,
    done: m.b >= m.n,
    shown: { ...m, pixel, edge: main.X(m.memory) },
    text: sentences(m),
  };
}

/** @type {Explorer<MemorySpec, ReturnType<typeof select>>} */
export const memory = {
  select,
  axes,
  keys: (_, { blue, red, orange }) => [{}, { data: blue, memory: red, "in flight": orange }],
  draw(g, stage, { m, shown }) {
    const { main, side, colour, back } = stage;
    bars(g, stage, m);
    nameOfMemory(g, main, m.memory);
    const sizes = [1, Math.min(m.n, side.x[1])];
    plot(g, side, 2, (j) => [sizes[j], sizes[j] * m.row], colour.orange, 3);
    level(g, side, m.memory, colour.red, 3);
    level(g, side, m.data, colour.blue, 2, [8, 5]);
    mark(g, side, shown.pixel, 7, colour.orange, back);
  },
};
