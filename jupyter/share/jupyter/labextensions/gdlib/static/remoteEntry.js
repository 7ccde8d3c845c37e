// JupyterLab and Notebook 7 drop the alternative text that an output keeps for its picture: here its image gets it.
// A container as Webpack's module federation asks for it, small enough to be written by hand.
{
  const KIND = "image/png";
  let shared;

  /** What the application shares under a name. */
  const load = async (name) => (await Object.values(shared[name])[0].get())();

  const container = {
    init: (scope) => {
      shared = scope;
    },
    get: async () => {
      const { IRenderMimeRegistry, RenderedImage } = await load("@jupyterlab/rendermime");
      class Described extends RenderedImage {
        async render(model) {
          await super.render(model);
          this.node.querySelector("img")?.setAttribute("alt", model.metadata[KIND]?.alt ?? "");
        }
      }
      const activate = (_, registry) => {
        registry.addFactory({
          safe: true,
          mimeTypes: [KIND],
          defaultRank: 90,
          createRenderer: (o) => new Described(o),
        });
      };
      const plugin = { id: "gdlib:alternative-texts", autoStart: true, requires: [IRenderMimeRegistry], activate };
      return () => ({ __esModule: true, default: plugin });
    },
  };
  window._JUPYTERLAB = { ...window._JUPYTERLAB, gdlib: container };
}
