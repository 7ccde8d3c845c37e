// What each widget holds of the code: where it is. The code stands once in a notebook, compressed, in
// a model of its own (gdlib.explore.widgets.Front), and is loaded once by a page.

/** @import { Model } from "./types.js" */
/** @typedef {Model & { widget_manager: { get_model: (id: string) => Promise<Model> } }} Widget */
/** @typedef {Promise<typeof import("./index.js")>} Front */

const page = /** @type {{ gdFront?: Record<string, Front> }} */ (window);

/** @param {string} code base64 of gzip @returns {Front} */
async function load(code) {
  const bytes = Uint8Array.from(atob(code), (c) => c.charCodeAt(0));
  const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const headers = { "content-type": "text/javascript" };
  return import(URL.createObjectURL(await new Response(text, { headers }).blob()));
}

/** @param {{ model: Widget, el: HTMLElement }} view */
async function render(view) {
  const [, id] = view.model.get("front").split("IPY_MODEL_");
  const code = (await view.model.widget_manager.get_model(id)).get("code");
  page.gdFront ??= {};
  page.gdFront[code] ??= load(code);
  return (await page.gdFront[code]).render(view);
}

export default { render };
