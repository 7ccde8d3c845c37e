// What every widget of gdlib.explore runs in the browser.

import { render as prediction } from "./prediction.js";
import { render as view } from "./view.js";

export const render = (/** @type {View} */ given) => ("kind" in given.model.get("spec") ? view : prediction)(given);
