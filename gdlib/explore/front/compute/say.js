// The language of what readers see.

import table, { finished } from "./table.js";

/** say`after ${n} steps`: the text "after {0} steps" in the reader's language, or else as it is, with the values in it,
 * which another language may put in another order. tools/front/messages.js lists all such texts.
 * @param {TemplateStringsArray} parts @param {(string | number)[]} values */
export const say = (parts, ...values) => {
  const text = parts.reduce((id, part, k) => `${id}{${k - 1}}${part}`);
  return finished((table[text] || text).replace(/\{(\d+)\}/g, (_, k) => String(values[k])));
};
