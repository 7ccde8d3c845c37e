// The scene of explore.memory. It needs no table: bytes are products of whole numbers below 2⁵³, exact in JavaScript too.
// Its axes count bytes and are painted here, over those of view.js.

TRAITS.push("n", "d", "dtype", "memory");

const count = (v) => v.toLocaleString("en");
function bytes(v) { // gdlib.scale.memory.readable
  let k = 0;
  for (; k < 4 && v >= 1023.5; k++) v /= 1024;
  return `${v < 999.5 ? Number(v.toPrecision(3)) : Math.round(v)} ${["B", "KiB", "MiB", "GiB", "TiB"][k]}`;
}

function byteAxes(g, { main, side, ink, font }) {
  const ticks = [1, 2, 3, 4, 5].map((k) => 1024 ** k), name = (t) => `1 ${"KMGTP"[ticks.indexOf(t)]}iB`;
  g.clearRect(0, 0, g.canvas.width, g.canvas.height);
  g.fillStyle = g.strokeStyle = ink; g.lineWidth = 1;
  for (const p of [main, side]) {
    const { x, y, w, h } = p.box, low = y + h, across = p === main ? ticks : p.X.ticks(font * 4.2);
    g.globalAlpha = 0.6; g.strokeRect(x, y, w, h);
    g.globalAlpha = 0.25; for (const t of ticks) p === main ? g.fillRect(p.X(t) - 0.5, y, 1, h) : g.fillRect(x, p.Y(t) - 0.5, w, 1);
    g.globalAlpha = 1; g.textAlign = "center"; g.textBaseline = "top";
    for (const t of across) { g.fillRect(p.X(t) - 0.5, low, 1, 5); g.fillText(p === main ? name(t) : power(t), p.X(t), low + 7); }
    g.fillText(p.xlabel, x + w / 2, low + 9 + font * 1.15);
  }
  g.textAlign = "right"; g.textBaseline = "middle";
  for (const t of ticks) g.fillText(name(t), side.box.x - 4, Math.min(side.Y(t), side.box.y + side.box.h - font / 2));
}

// What n, d, dtype, b and memory select, in bytes, rows and machines.
function needs({ values: lists, item, work, buffers, here }, values) {
  const [n, d, dtype, asked, room] = ["n", "d", "dtype", "b", "memory"].map((name) => lists[name][Math.round(values[name])]);
  const size = item[values.dtype], b = Math.min(asked, n), converted = dtype === "uint8" ? 8 * d : 0, row = buffers * d * size + converted;
  const data = n * d * size, targets = n * size, model = work[values.dtype] * d, whole = data + targets + model;
  return { n, d, dtype, asked, b, room, data, targets, model, batch: b * d * size, converted: b * converted, row, flight: b * row, buffers,
    times: Math.floor(room / whole), machines: Math.ceil(whole / room), largest: Math.max(0, Math.min(n, Math.floor((room - model) / row))),
    updates: Math.ceil(n / b), here: room === here };
}

scenes.memory = {
  keys: () => [[], [["data", COLOUR.blue], ["memory", COLOUR.red], ["in flight", COLOUR.orange]]],
  still: byteAxes,
  draw(g, { main, side, spec, values, blue, back, ink, font }) {
    const m = needs(spec, values), fits = m.flight + m.model <= m.room, { x, y, w, h } = main.box, edge = main.X(m.room);
    const bars = [["data", m.data, blue], ["in flight", m.flight, COLOUR.orange], ["model", m.model, COLOUR.green]];
    const top = (k) => y + (k * h) / 3 + font * 1.9, label = `memory ${bytes(m.room)}`, half = g.measureText(label).width / 2 + 2;
    bars.forEach(([, size, colour], k) => { g.fillStyle = colour; g.fillRect(x, top(k), Math.max(3, main.X(size) - x), h / 3 - font * 2.5); });
    line(g, 2, (j) => [edge, y + j * h], COLOUR.red, 3);
    g.textAlign = "left"; g.textBaseline = "bottom"; g.lineWidth = 4; g.strokeStyle = back; g.fillStyle = ink;
    bars.forEach(([name, size], k) => { for (const put of ["strokeText", "fillText"]) g[put](`${name}: ${bytes(size)}`, x + 6, top(k) - 3); });
    g.textAlign = "center"; g.fillText(label, Math.max(x + half, Math.min(x + w - half, edge)), y - 4);
    const most = Math.min(m.n, side.x[1]);
    side.clip(g, () => {
      line(g, 2, (j) => [side.X(j ? most : 1), side.Y((j ? most : 1) * m.row)], COLOUR.orange, 3);
      line(g, 2, (j) => [side.X(side.x[j]), side.Y(m.room)], COLOUR.red, 3);
      line(g, 2, (j) => [side.X(side.x[j]), side.Y(m.data)], blue, 2, [8, 5]);
    });
    const mark = [side.X(m.b), side.Y(m.flight)];
    if (side.inside(mark)) dot(g, mark, 7, COLOUR.orange, back);
    const each = bytes(m.room), few = m.times ? `fits ${m.times === 1 ? "once" : `${count(m.times)} times`}` : `needs ${count(m.machines)} machines`;
    const where = m.times ? `into the ${each} of ${m.here ? "this" : "the"} machine` : `of ${each}${m.here ? " like this one" : ""}`;
    return { done: m.b >= m.n, shown: { ...m, pixel: mark, edge }, text: [
      `<b>Data</b>: ${count(m.n)} × ${count(m.d)} in ${m.dtype}, <b>${bytes(m.data)}</b>. With its targets and the model it <b>${few}</b> ${where}.`,
      `<b>In flight</b>: ${m.buffers} batches of ${count(m.b)} row${m.b === 1 ? "" : "s"}${m.b < m.asked ? " (no batch is larger than n)" : ""}, ${bytes(m.buffers * m.batch)}${m.converted ? `, and one of them converted to float64, ${bytes(m.converted)}` : ""}: <b>${fits ? "fits" : "does not fit"}</b>. ${m.largest === m.n ? "Even all rows as one batch fit" : m.largest ? `The largest b that fits is <b>${count(m.largest)}</b>` : "Not even one row fits"}. One pass through the data: <b>${count(m.updates)} update${m.updates === 1 ? "" : "s"}</b>.`] };
  },
};
