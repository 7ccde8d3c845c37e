// What JupyterLab and Notebook 7 lose, and a lecture needs: the alternative text that an output keeps for its picture,
// and the stored state of explorers and forms that were not run before the notebook is saved.
// A container as Webpack's module federation asks for it, small enough to be written by hand.
{
  const KIND = "image/png";
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const STATE = "application/vnd.jupyter.widget-state+json";
  const LINKS = ["LinkModel", "DirectionalLinkModel"];
  let shared;

  /** What the application shares under a name. */
  const load = async (name) => (await Object.values(shared[name])[0].get())();

  /** Each picture gets its alternative text. */
  function describe(registry, RenderedImage) {
    class Described extends RenderedImage {
      async render(model) {
        await super.render(model);
        this.node.querySelector("img")?.setAttribute("alt", model.metadata[KIND]?.alt ?? "");
      }
    }
    registry.addFactory({
      safe: true,
      mimeTypes: [KIND],
      defaultRank: 90,
      createRenderer: (o) => new Described(o),
    });
  }

  /** The models that the outputs of a notebook show themselves. */
  function* shown(notebook) {
    for (const { outputs } of notebook.cells) {
      for (let n = 0; n < (outputs?.length ?? 0); n++) {
        const view = outputs.get(n).data[VIEW];
        if (view) yield view.model_id;
      }
    }
  }

  /** The models that one refers to. */
  const named = (made) => Array.from(JSON.stringify(made.state).matchAll(/IPY_MODEL_(\w+)/g), (found) => found[1]);

  /** The part of some models that others need: these, what they refer to, and the links between what is in it. */
  function needed(models, names) {
    const kept = new Set();
    const waiting = [...names];
    while (waiting.length) {
      const name = waiting.pop();
      if (kept.has(name) || !models[name]) continue;
      kept.add(name);
      waiting.push(...named(models[name]));
    }
    const links = ([, made]) => LINKS.includes(made.model_name) && named(made).every((name) => kept.has(name));
    return Object.fromEntries(Object.entries(models).filter((one) => kept.has(one[0]) || links(one)));
  }

  /**
   * The widget manager saves the models that have a kernel, in place of all that were stored; what an output still shows
   * of the others is put back. It listens to the metadata and not to the saving: whoever listens there first, this is
   * told right after the manager has written, and before the notebook is read for the file.
   */
  function keep(notebook) {
    const known = {};
    const complete = () => {
      const widgets = notebook.getMetadata("widgets");
      const saved = widgets?.[STATE];
      if (!saved) return;
      Object.assign(known, saved.state);
      const state = { ...needed(known, shown(notebook)), ...saved.state };
      if (Object.keys(state).length === Object.keys(saved.state).length) return;
      notebook.setMetadata("widgets", { ...widgets, [STATE]: { ...saved, state } });
    };
    complete();
    notebook.metadataChanged.connect((_, change) => change.key === "widgets" && complete());
  }

  const container = {
    init: (scope) => {
      shared = scope;
    },
    get: async () => {
      const { IRenderMimeRegistry, RenderedImage } = await load("@jupyterlab/rendermime");
      const activate = (app, registry) => {
        describe(registry, RenderedImage);
        app.docRegistry.addWidgetExtension("Notebook", { createNew: (_, context) => keep(context.model) });
      };
      const plugin = { id: "gdlib:notebooks", autoStart: true, requires: [IRenderMimeRegistry], activate };
      return () => ({ __esModule: true, default: plugin });
    },
  };
  window._JUPYTERLAB = { ...window._JUPYTERLAB, gdlib: container };
}
