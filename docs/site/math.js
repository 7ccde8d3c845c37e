// MathJax 3: what it typesets, and the one call of MathJax 2 that the widget manager makes (HTMLMath, descriptions).
window.MathJax = {
  tex: { inlineMath: [["\\(", "\\)"], ["$", "$"]], displayMath: [["\\[", "\\]"], ["$$", "$$"]], processEscapes: true },
  options: { enableMenu: false, ignoreHtmlClass: "gd-page", processHtmlClass: "math|gd-still" },
  startup: {
    ready() {
      MathJax.startup.defaultReady();
      MathJax.Hub = { Queue: ([, , element]) => MathJax.startup.promise.then(() => MathJax.typesetPromise([element])) };
      for (const element of document.querySelectorAll(".widget-htmlmath-content, .widget-label")) MathJax.Hub.Queue([0, 0, element]);
    },
  },
  Hub: { Queue() {} }, // until it is ready
};
