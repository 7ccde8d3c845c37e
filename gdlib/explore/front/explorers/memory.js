// Bytes against the memory of a machine. It needs no table: bytes are products of whole numbers
// below 2⁵³, exact in JavaScript too. The axes count in bytes.

import { say } from "../compute/say.js";
import { bytes, grouped, often, updates } from "../compute/words.js";
import { axes, bars, ring } from "../draw/bytes.js";
import { level, pin, plot } from "../draw/pen.js";

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
  const [n, size, count] = [grouped(machines), bytes(memory), often(times)];
  if (!times)
    return here
      ? say`With its targets and the model it <b>needs ${n} machines</b> of ${size} like this one.`
      : say`With its targets and the model it <b>needs ${n} machines</b> of ${size}.`;
  return here
    ? say`With its targets and the model it <b>fits ${count}</b> into the ${size} of this machine.`
    : say`With its targets and the model it <b>fits ${count}</b> into the ${size} of the machine.`;
}

/** @param {Needs} m */
function largestBatch({ largest, n }) {
  if (largest === n) return say`Even all rows as one batch fit.`;
  return largest ? say`The largest b that fits is <b>${grouped(largest)}</b>.` : say`Not even one row fits.`;
}

export function sentences(/** @type {Needs} */ m) {
  const rows = m.b === 1 ? say`1 row` : say`${grouped(m.b)} rows`;
  const batch = m.b < m.asked ? `${rows} (${say`no batch is larger than n`})` : rows;
  const held = bytes(m.buffers * m.batch);
  const turned = m.converted ? say`${held}, and one of them converted to float64, ${bytes(m.converted)}` : held;
  const fits = m.flight + m.model <= m.memory ? say`fits` : say`does not fit`;
  return [
    [say`<b>Data</b>: ${grouped(m.n)} × ${grouped(m.d)} in ${m.dtype}, <b>${bytes(m.data)}</b>.`, fitsWhere(m)],
    [
      say`<b>In flight</b>: ${m.buffers} batches of ${batch}, ${turned}: <b>${fits}</b>.`,
      largestBatch(m),
      say`One pass through the data: <b>${updates(m.updates)}</b>.`,
    ],
  ].map((told) => told.join(" "));
}

/** The bars, from above. @param {Colours} colour @param {Needs} m */
const parts = ({ blue, orange, green }, { data, flight, model }) =>
  [data, flight, model].map((size, k) => ({
    label: `${[say`data`, say`in flight`, say`model`][k]}: ${bytes(size)}`,
    size,
    fill: [blue, orange, green][k],
  }));

/** @type {Explorer<MemorySpec>} */
export const memory = {
  keys: (_, { blue, red, orange }) => [{}, { [say`data`]: blue, [say`memory`]: red, [say`in flight`]: orange }],
  axes,
  select(stage, values) {
    const { spec, main, side, colour, back } = stage;
    const m = needs(spec, values);
    const pixel = side.at(m.b, m.flight);
    return {
      done: m.b >= m.n,
      shown: { ...m, pixel, edge: main.X(m.memory) },
      text: sentences(m),
      handles: [ring(stage, 0, say`rows`, "n", m.data, m.n), ring(stage, 2, say`memory`, "memory", m.memory, m.memory)],
      draw(g) {
        bars(g, stage, parts(colour, m), m.memory);
        const sizes = [1, Math.min(m.n, side.x[1])];
        plot(g, side, 2, (j) => [sizes[j], sizes[j] * m.row], colour.orange, 3);
        level(g, side, m.memory, colour.red, 3);
        level(g, side, m.data, colour.blue, 2, [8, 5]);
        pin(g, side, pixel, 7, colour.orange, back);
      },
    };
  },
};
