// Another language: each text that a reader sees is looked up. Here the table has a few Korean ones, and marks all others.

import { readdirSync, readFileSync } from "node:fs";
import { groundOf } from "../../gdlib/explore/front/compute/ground.js";
import { layout } from "../../gdlib/explore/front/compute/layout.js";
import { say } from "../../gdlib/explore/front/compute/say.js";
import { unpack } from "../../gdlib/explore/front/compute/select.js";
import { explorers } from "../../gdlib/explore/front/explorers/index.js";
import { messages, unsaid } from "../../tools/front/messages.js";

vi.mock("../../gdlib/explore/front/compute/table.js", async () => {
  const { resolved } = await import("../../gdlib/explore/front/compute/particles.js");
  const korean = {
    "from {0} to {1}": "{1}까지, {0}에서 {0}(으)로",
    "the slope of {0}": "{0}의 <b>기울기</b>이(가)",
    "not yet": "",
    "with {0}": "$& {0}을(를) {7}",
  };
  return { default: new Proxy({}, { get: (_, id) => korean[id] ?? `⟦${id}⟧` }), finished: resolved };
});

test("a text has its values in the places that the language gives them, and the right particles", () => {
  expect(say`from ${0.1} to ${"β"}`).toBe("β까지, 0.1에서 0.1로");
  expect(say`the slope of ${"f"}`).toBe("f의 <b>기울기</b>가");
  expect(say`with ${"{0} $1"}`).toBe("$& {0} $1을 undefined");
});

test("a text that is not translated yet stays as it is", () => {
  expect(say`not yet`).toBe("not yet");
});

// Why a text that looks like words is none for a reader, … for a value.
const UNSAID = {
  "font-weight: 700": "CSS",
  ".gd{--gd-focus:…;--gd-wrong:…}": "CSS",
  "…px Hangul, system-ui, sans-serif": "CSS",
  "gd-sheet gd-…": "classes",
  "prefers-color-scheme: dark": "a media query",
  "forced-colors: active": "a media query",
  "(prefers-reduced-motion: reduce)": "a media query",
  "change:…": "an event",
  "msg:custom": "an event",
  Literal: "jsep's",
  Identifier: "jsep's",
  "absolute=abs fabs=abs atan=arctan asin=arcsin acos=arccos max=maximum min=minimum pow=power": "code",
  "gdlib predictions …": "a key of the browser's store",
  "no order for step …": "an error for developers",
};

test("no words for readers stand outside of say", () => {
  expect(unsaid().filter(({ text }) => !(text in UNSAID))).toEqual([]);
  const found = new Set(unsaid().map(({ text }) => text));
  expect(Object.keys(UNSAID).filter((text) => !found.has(text))).toEqual([]);
});

test("all that is said is listed, each text once, with where it stands and what comes in", () => {
  const all = messages();
  expect(new Set(all.map(({ msgid }) => msgid)).size).toBe(all.length);
  const steps = all.find(({ msgid }) => msgid === "{0} steps");
  expect(steps).toMatchObject({ file: "gdlib/explore/front/compute/words.js", values: ["n"] });
  expect(steps.line).toBeGreaterThan(1);
  expect(all.map(({ msgid }) => msgid)).toContain("Point {0} of {1} of the walk");
});

/** What the stored lectures explore: [kind, spec, table]. */
function* stored() {
  const folder = `${import.meta.dirname}/../../notebooks`;
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".ipynb"))) {
    const { widgets } = JSON.parse(readFileSync(`${folder}/${name}`, "utf8")).metadata;
    const { state } = widgets["application/vnd.jupyter.widget-state+json"];
    for (const { state: of, buffers = [] } of Object.values(state))
      if (of.spec?.kind) yield [of.spec.kind, of.spec, buffers.find(({ path }) => path[0] === "table")?.data ?? ""];
  }
}

/** All that one explorer shows and says as it begins. */
function shown(spec, table) {
  const arrays = unpack(Buffer.from(table, "base64"), spec.layout);
  const values = { formula: "", ...spec.initial };
  const known = { spec, arrays, ground: groundOf(spec, arrays, "") };
  const kind = explorers[spec.kind];
  const frames = { main: known.ground?.main ?? spec.main, side: spec.side, best: 0, bounded: true };
  const explored = { ...known, ...frames, ...kind.prepare?.(known, values) };
  const keys = kind.keys?.(explored, {}) ?? [{}, {}];
  const wide = (text) => 7 * text.length;
  const places = layout(explored, keys, { W: 900, px: 16, tall: 400 }, wide);
  const pointed = [places.side.box.x + 9, places.side.box.y + 9];
  const begun = kind.begin?.(explored, values);
  for (const _ of begun?.work ?? []) if (begun.runs.length > 1) break;
  const stage = { ...explored, ...places, colour: {}, ink: "", back: "", lit: "", pointed, ran: begun ? [begun] : [] };
  const { text, formula = [], handles, draw } = kind.select(stage, values, false);
  const drawn = [];
  const pen = { measureText: (text) => ({ width: wide(text) }), fillText: (text) => drawn.push(text) };
  const g = new Proxy(pen, { get: (own, name) => own[name] ?? (() => {}), set: () => true });
  kind.axes?.(g, stage);
  draw(g);
  const held = handles.flatMap(({ name, says }) => [name, says]);
  return [...keys.flatMap(Object.keys), ...text, ...formula.map((term) => term.text ?? term), ...held, ...drawn];
}

/** What of a text was not looked up: letters in a row, but for tags, code, and the two halves of a text that was cut. */
function unmarked(text) {
  let rest = text.replace(/<code>.*<\/code>|<[^<>]*>/g, " ");
  for (let before = ""; before !== rest; ) [before, rest] = [rest, rest.replace(/⟦[^⟦⟧]*⟧/g, " ")];
  return rest.replace(/⟦.*|.*⟧/g, " ").match(/[A-Za-z]{2,}/g) ?? [];
}

vi.stubGlobal("Path2D", class {});
const NOTATION = /^(lr|eps|ms|cos|gradient|[KMGTP]iB)$/;

test("every kind of explorer is in the lectures", () => {
  expect(new Set([...stored()].map(([kind]) => kind))).toEqual(new Set(Object.keys(explorers)));
});

test.each([...stored()])("%s: but for notation and what Python says, all is looked up", (_, spec, table) => {
  const { main, side, subject, names = [], values } = spec;
  const labels = [main.xlabel, main.ylabel, side.xlabel, side.ylabel];
  const given = [...names, ...(values?.dtype ?? []), subject?.f ?? ""].join(" ");
  const others = shown(spec, table).filter((text) => !labels.includes(text));
  const found = others.flatMap((text) => unmarked(text).map((word) => ({ word, text })));
  expect(found.filter(({ word }) => !NOTATION.test(word) && !given.includes(word))).toEqual([]);
});
