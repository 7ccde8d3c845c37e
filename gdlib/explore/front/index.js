// What every widget of gdlib.explore runs in the browser.

import { render as prediction } from "./prediction.js";
import { render as predictions } from "./predictions.js";
import { render as sketch } from "./sketch.js";
import { render as view } from "./view.js";

const renders = { kind: view, sketch, predictions }; // by what the spec has

/** @param {View} given */
export function render(given) {
  const spec = given.model.get("spec");
  const [, chosen] = Object.entries(renders).find(([name]) => name in spec) ?? [];
  return (chosen ?? prediction)(given);
}
