import { cell, csv, lectureOf, records, row, summary } from "../../gdlib/explore/front/compute/report.js";
import { asked, forget, hash, here, pathOf, recall, remember } from "../../gdlib/explore/front/store.js";

const encoded = (value) => Buffer.from(JSON.stringify(value), "utf8").toString("base64");
const TIME = "2026-11-30T12:00:00.000Z";
const entry = (more) => ({
  question: "How many?",
  given: "44",
  truth: encoded(41),
  right: true,
  score: null,
  reason: "so",
  time: TIME,
  ...more,
});
const line = entry({ question: "How?", given: "[[0,1],[2,3]]", truth: encoded([[0, 1]]), right: null, score: 70 });

function browser(kept = new Map()) {
  const localStorage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, text) => void kept.set(key, text),
    removeItem: (key) => void kept.delete(key),
  };
  const heard = [];
  globalThis.window = {
    localStorage,
    location: { pathname: "/notebooks/03%20descent.html" },
    dispatchEvent: ({ type }) => heard.push(type),
  };
  return { kept, heard };
}

beforeEach(() => browser());

test("what was predicted is recalled, by lecture and by question", () => {
  remember("/a/03.html", entry());
  remember("/a/03.html", line);
  remember("/a/04.html", entry({ given: "7" }));
  expect(Object.keys(recall("/a/03.html"))).toEqual([hash("How many?"), hash("How?")]);
  expect(recall("/a/03.html")[hash("How many?")]).toEqual(entry());
  expect(recall("/a/04.html")[hash("How many?")].given).toBe("7");
  remember("/a/03.html", entry({ given: "9" }));
  expect(recall("/a/03.html")[hash("How many?")].given).toBe("9");
});

test("one question is forgotten, or all of a lecture", () => {
  const { kept, heard } = browser();
  for (const one of [entry(), line]) remember("/03", one);
  remember("/04", entry());
  forget("/03", "How?");
  expect(Object.values(recall("/03"))).toEqual([entry()]);
  forget("/03");
  expect(recall("/03")).toEqual({});
  expect([...kept.keys()]).toEqual(["gdlib predictions /04"]);
  expect(heard).toHaveLength(5);
});

test("where the browser keeps nothing the page still knows", () => {
  const refuse = () => {
    throw new Error("SecurityError");
  };
  for (const localStorage of [{ getItem: refuse, setItem: refuse, removeItem: refuse }, undefined]) {
    browser();
    globalThis.window.localStorage = localStorage;
    remember("/private", entry());
    expect(Object.values(recall("/private"))).toEqual([entry()]);
    forget("/private");
    expect(recall("/private")).toEqual({});
  }
  Object.defineProperty(globalThis.window, "localStorage", { get: refuse });
  remember("/private", entry());
  expect(Object.values(recall("/private"))).toEqual([entry()]);
  forget("/private");
});

test("a store that is full keeps what it has, and the page what is new", () => {
  browser();
  remember("/full", entry());
  globalThis.window.localStorage.setItem = () => {
    throw new Error("QuotaExceededError");
  };
  remember("/full", line);
  expect(Object.values(recall("/full"))).toEqual([entry(), line]);
});

test("what somebody else wrote under our name does no harm", () => {
  for (const text of ["{", "[1]", "null", '"x"', '{"a": 5, "b": {"question": "q"}, "c": null, "d": {"given": "1"}}']) {
    browser(new Map([["gdlib predictions /odd", text]]));
    expect(recall("/odd")).toEqual({});
    remember("/odd", entry());
    expect(Object.values(recall("/odd"))).toEqual([entry()]);
  }
});

test("a lecture lies at its notebook's path in JupyterLab, else at the page's", () => {
  expect(pathOf({ widget_manager: { context: { path: "notebooks/03_x.ipynb" } } })).toBe("notebooks/03_x.ipynb");
  for (const model of [{}, { widget_manager: {} }]) expect(pathOf(model)).toBe("/notebooks/03 descent.html");
  expect(["a/03_x.ipynb", "/b/03_x.html", "C:\\b\\03_x.html", "03_x"].map(lectureOf)).toEqual(Array(4).fill("03_x"));
  expect(lectureOf("/")).toBe("lecture");
});

test("how many questions there are: those shown, and those answered before", () => {
  expect(asked("/seven")).toBe(0);
  here("/seven", "How many?");
  here("/seven", "How many?");
  here("/seven", "Which?");
  expect(asked("/seven")).toBe(2);
  remember("/seven", line);
  remember("/seven", entry());
  expect(asked("/seven")).toBe(3);
});

test.each([
  [[], 9, "No predictions yet in this lecture."],
  [[entry()], 9, "You predicted 1 of 9; 1 right."],
  [[entry(), entry({ right: false })], 2, "You predicted 2 of 2; 1 right."],
  [[line], 2, "You predicted 1 of 2; 1 line drawn, 70 of 100."],
  [
    [entry({ right: false }), line, { ...line, score: 41 }],
    4,
    "You predicted 3 of 4; 0 of 1 right; 2 lines drawn, 56 of 100 on average.",
  ],
])("in one sentence: %#", (entries, of, said) => {
  expect(summary(entries, of)).toBe(said);
});

test("a row of the table", () => {
  expect(row(entry())).toEqual(["How many?", "44", "41", "✓ right"]);
  expect(row(entry({ truth: encoded("down"), given: "up", right: false }))).toEqual([
    "How many?",
    "up",
    "down",
    "✗ not right",
  ]);
  expect(row(line)[3]).toBe("70 of 100");
});

test("the files hold the eight fields, drawn lines as points", () => {
  const rows = records("03_x", [entry(), line]);
  expect(Object.keys(rows[0])).toEqual("lecture question prediction answer right score reason time".split(" "));
  expect(rows[0]).toMatchObject({ lecture: "03_x", prediction: "44", answer: 41, right: true, score: null });
  expect(rows[1]).toMatchObject({ prediction: [[0, 1], [2, 3]], answer: [[0, 1]], right: null, score: 70 }); // biome-ignore format: one line
  expect(csv(rows)).toBe(
    `lecture,question,prediction,answer,right,score,reason,time\r\n03_x,How many?,44,41,true,,so,${TIME}\r\n` +
      `03_x,How?,"[[0,1],[2,3]]","[[0,1]]",,70,so,${TIME}\r\n`,
  );
});

test.each([
  ['say "so"', '"say ""so"""'],
  ["a,b", '"a,b"'],
  ["two\nlines", '"two\nlines"'],
  ["=1+1", "'=1+1"],
  ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
  ["-2+3", "'-2+3"],
  ["@SUM(A1)", "'@SUM(A1)"],
  [" =1", "' =1"],
  ["\tx", "'\tx"],
  ["＝1", "'＝1"],
  ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
  ["-2", "-2"],
  ["+1.5e-3", "+1.5e-3"],
  ["−2", "−2"],
  [null, ""],
  [true, "true"],
  [-0.5, "-0.5"],
  ["x = 3", "x = 3"],
])("a cell of a spreadsheet: %j", (value, expected) => {
  expect(cell(value)).toBe(expected);
});
