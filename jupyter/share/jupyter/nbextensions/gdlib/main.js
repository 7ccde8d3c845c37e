// nbclassic knows neither folded code nor alternative texts: here a cell's code is folded as JupyterLab folds it, under
// its first line, and the image of an output gets the words that the output keeps for it.
define(["base/js/namespace", "base/js/events"], (Jupyter, events) => {
  /** Put a button with the first line of a cell's code in the place of that code, until it is pressed. */
  function fold(cell) {
    const area = cell.element.find(".input_area");
    if (!cell.metadata.jupyter?.source_hidden || area.siblings(".gd-fold").length) return;
    const button = document.createElement("button");
    button.className = "gd-fold btn btn-default btn-xs";
    button.textContent = `${cell.get_text().split("\n")[0]} …`;
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => {
      const shown = area.toggle().is(":visible");
      button.setAttribute("aria-expanded", String(shown));
      cell.code_mirror.refresh();
    });
    area.hide().before(button);
  }

  /** Give each picture of a cell its alternative text. */
  function describe(cell) {
    const words = cell.output_area.outputs.map((output) => output.metadata?.["image/png"]?.alt);
    cell.element.find(".output_png img").each((n, image) => {
      image.alt = words.filter(Boolean)[n] ?? image.alt;
    });
  }

  function all() {
    for (const cell of Jupyter.notebook.get_cells().filter((one) => one.cell_type === "code")) {
      fold(cell);
      describe(cell);
      cell.events.on("output_added.OutputArea", () => describe(cell));
    }
  }

  return {
    load_ipython_extension: () => {
      if (Jupyter.notebook?._fully_loaded) all();
      else events.on("notebook_loaded.Notebook", all);
    },
  };
});
