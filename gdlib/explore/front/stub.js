// What each widget holds of the code: where it is. The code stands once in a notebook, compressed, in
// a model of its own (gdlib.explore.widgets.Front), and is loaded once by a page.

/** @param {string} code base64 of gzip @returns {Front} */
async function load(code) {
  const bytes = Uint8Array.from(atob(code), (c) => c.charCodeAt(0));
  const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const headers = { "content-type": "text/javascript" };
  return import(URL.createObjectURL(await new Response(text, { headers }).blob()));
}

/** @param {{ model: Finder, el: HTMLElement }} view */
async function render(view) {
  const [, id] = view.model.get("front").split("IPY_MODEL_");
  const code = (await view.model.widget_manager.get_model(id)).get("code");
  window.gdFront ??= {};
  window.gdFront[code] ??= load(code);
  return (await window.gdFront[code]).render(view);
}

export default { render };
