// MathJax 3: what it typesets, and the one call of MathJax 2 that the widget manager makes (HTMLMath, descriptions).
window.MathJax = {
  tex: { inlineMath: [["\\(", "\\)"], ["$", "$"]], displayMath: [["\\[", "\\]"], ["$$", "$$"]], processEscapes: true },
  options: { enableMenu: false, ignoreHtmlClass: "bd-container", processHtmlClass: "math|gd-still" },
  startup: {
    pageReady: () => MathJax.startup.defaultPageReady().then(() => {
      const reach = () => { // a formula wider than the page scrolls, and so the keyboard must get to it
        for (const formula of document.querySelectorAll("mjx-container[display]")) formula.tabIndex = formula.scrollWidth > formula.clientWidth ? 0 : -1;
      };
      reach();
      window.addEventListener("resize", reach);
    }),
    ready() {
      MathJax.startup.defaultReady();
      MathJax.Hub = { Queue: ([, , element]) => MathJax.startup.promise.then(() => MathJax.typesetPromise([element])) };
      for (const element of document.querySelectorAll(".widget-htmlmath-content, .widget-label")) MathJax.Hub.Queue([0, 0, element]);
    },
  },
  Hub: { Queue() {} }, // until it is ready
};
