// A formula whose letters carry the current values; pointing at a term lights what it means in the picture.

import { element } from "./page.js";

/** @param {(lights: string) => void} light "": nothing */
export function terms(light) {
  const line = element("div", { className: "gd-formula" });
  let shape = "";

  /** @param {Term} term */
  function piece(term) {
    if (typeof term === "string") return element("span");
    const made = element("button", { type: "button", className: "gd-term" });
    made.onpointerenter = made.onfocus = made.onclick = () => light(term.lights);
    made.onpointerleave = made.onblur = () => light("");
    return made;
  }

  /** Its texts are written anew; its elements stay while the shape is the same, under a resting pointer. @param {Term[]} formula */
  function show(formula) {
    const now = formula.map((term) => (typeof term === "string" ? "" : term.lights)).join("|");
    if (now !== shape || line.childElementCount !== formula.length) {
      line.replaceChildren(...formula.map(piece));
      light(""); // what was pointed at is gone
    }
    shape = now;
    for (const [k, term] of formula.entries()) line.children[k].innerHTML = typeof term === "string" ? term : term.text;
    line.hidden = !formula.length;
  }
  return { line, show };
}
