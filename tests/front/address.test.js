import { linkTo, nameOf, read, written } from "../../gdlib/explore/front/address.js";

const spec = {
  kind: "descent",
  rates: [0.01, 1],
  layout: { a: 1 },
  initial: { lr: 0.1, T: 50, init: [3, 1], formula: "" },
};
const now = (more) => ({ ...spec.initial, ...more });

test("an explorer is called after what it explores, and not after where it stands", () => {
  expect(nameOf({ ...spec, layout: {}, initial: {}, here: 7 })).toBe(nameOf(spec));
  expect(nameOf({ ...spec, rates: [0.01, 2] })).not.toBe(nameOf(spec));
  expect(nameOf(spec)).toMatch(/^x[0-9a-f]+$/);
});

test("a link holds what differs, and gives it back", () => {
  expect(written(spec, now({}))).toBe(nameOf(spec));
  const moved = { lr: 0.25, init: [-1.5, 2], formula: "x**2 + y & 1" };
  const link = written(spec, now(moved));
  expect(link).not.toContain("T=");
  expect(read(spec, `#${link}`)).toEqual(moved);
});

test("what a link cannot mean is left alone", () => {
  const link = `#${nameOf(spec)}&lr=fast&init=1&T=20&evil=3`;
  expect(read(spec, link)).toEqual({ T: 20 });
  expect(read(spec, "#the-narrow-valley")).toBe(null);
  expect(read(spec, "")).toBe(null);
});

describe("where a link leads", () => {
  const at = (href, elements) => {
    vi.stubGlobal("location", new URL(href));
    vi.stubGlobal("document", {
      getElementById: (id) => elements[id] ?? null,
      querySelector: () => elements.page ?? null,
    });
  };
  afterEach(() => vi.unstubAllGlobals());
  test("on a page of the site: to that page", () => {
    at("file:///site/notebooks/03_descent_and_ascent.html#old", {});
    expect(linkTo("", "x1&lr=2")).toBe("file:///site/notebooks/03_descent_and_ascent.html#x1&lr=2");
  });
  test("in JupyterLab: to the site's page of the same lecture, where the site is known", () => {
    at("http://127.0.0.1:8888/lab/tree/notebooks/03_descent_and_ascent.ipynb", { "jupyter-config-data": {} });
    expect(linkTo("https://example.org/course/", "x1")).toBe(
      "https://example.org/course/notebooks/03_descent_and_ascent.html#x1",
    );
    expect(linkTo("", "x1")).toBe("");
  });
  test("in a file of one's own, or a deck, there is no page to lead to", () => {
    at("http://127.0.0.1:8888/lab/tree/mine.ipynb", { "jupyter-config-data": {} });
    expect(linkTo("https://example.org", "x1")).toBe("");
  });
});
