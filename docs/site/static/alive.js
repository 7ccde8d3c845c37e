// Wakes the stored widgets of a page, with no kernel: require.js, then the widget manager, which asks it for anywidget.
{
  const here = new URL(".", document.currentScript.src).href;
  const load = (name) => new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement("script"), { src: here + name, onload: resolve, onerror: reject }));
  });
  if (document.querySelector('script[type="application/vnd.jupyter.widget-view+json"]')) {
    load("require.js").then(() => { requirejs.config({ baseUrl: here }); return load("embed-amd.js"); });
  }
}
