// The predictions of a lecture: how many, a table, files to take away, and a way to forget them.

import { csv, lectureOf, records, row, summary } from "./compute/report.js";
import { say } from "./compute/say.js";
import { button, element, rooted } from "./page.js";
import { asked, CHANGED, forget, pathOf, recall } from "./store.js";

/** @param {string} name @param {string} text @param {string} type */
function save(name, text, type) {
  const href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  element("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/** @param {View} view */
export function render({ model, el }) {
  const path = pathOf(model);
  const lecture = lectureOf(path);
  const count = element("p", { className: "gd-count", role: "status" });
  const body = element("tbody");
  const heads = [say`Question`, say`You`, say`Answer`, say`Result`].map((name) =>
    element("th", { scope: "col" }, name),
  );
  const caption = element("caption", { className: "gd-said" }, say`Your predictions in this lecture`);
  const table = element(
    "table",
    { className: "gd-table" },
    caption,
    element("thead", {}, element("tr", {}, ...heads)),
    body,
  );
  const [asCsv, asJson, drop] = [say`Export CSV`, say`Export JSON`, say`Forget`].map(button);
  rooted(el, count, table, element("div", {}, asCsv, asJson, drop));

  const entries = () => Object.values(recall(path)).sort((a, b) => a.time.localeCompare(b.time));
  const calm = () => {
    drop.textContent = say`Forget`;
  };

  function update() {
    const all = entries();
    count.textContent = summary(all, asked(path));
    body.replaceChildren(
      ...all.map((entry) => {
        const [question, ...rest] = row(entry);
        return element(
          "tr",
          {},
          element("th", { scope: "row" }, question),
          ...rest.map((text) => element("td", {}, text)),
        );
      }),
    );
    table.hidden = !all.length;
    for (const button of [asCsv, asJson, drop]) button.disabled = !all.length;
    calm();
  }

  asCsv.onclick = () => save(`predictions_${lecture}.csv`, csv(records(lecture, entries())), "text/csv");
  asJson.onclick = () =>
    save(
      `predictions_${lecture}.json`,
      `${JSON.stringify(records(lecture, entries()), null, 1)}\n`,
      "application/json",
    );
  drop.onclick = () => {
    if (drop.textContent === say`Forget`) drop.textContent = say`Forget all ${entries().length}? Press again`;
    else forget(path);
  };
  drop.onblur = calm;

  for (const event of [CHANGED, "storage"]) window.addEventListener(event, update);
  update();
  return () => {
    for (const event of [CHANGED, "storage"]) window.removeEventListener(event, update);
  };
}
