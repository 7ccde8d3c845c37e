// What ipywidgets leaves out on its sliders: names and values for a screen reader, their own keys.

import { keepKeys } from "./page.js";

/** @param {HTMLElement} around */
export function nameSliders(around) {
  keepKeys(around);
  for (const slider of around.querySelectorAll(".widget-slider")) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement | null} */ (slider.querySelector(name));
    const [label, handle] = [part(".widget-label"), part("[role=slider]")];
    const readout = part(".widget-readout");
    if (!label || !handle || !readout) continue;
    label.title = ""; // it is "null"
    handle.ariaLabel = label.textContent;
    if (handle.ariaValueText !== readout.textContent) handle.ariaValueText = readout.textContent;
    if (!readout.isContentEditable) continue;
    readout.role = "textbox";
    readout.ariaLabel = `${label.textContent}, to type in`;
  }
}

/** A slider that is touched writes its unrounded value. @param {HTMLElement} around */
export function watchSliders(around) {
  const watcher = new MutationObserver(() => nameSliders(around));
  watcher.observe(around, { subtree: true, attributeFilter: ["aria-valuetext"] });
  return watcher;
}
