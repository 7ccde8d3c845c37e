// What the search page quotes of a page: its text, without buttons and links above it, and without raw TeX.
if (typeof Search !== "undefined") {
  // Sphinx has no Korean for this, and would say nothing.
  const found = JSON.parse(document.body.dataset.told).found;
  if (document.documentElement.lang !== "en") Documentation.TRANSLATIONS["Search finished, found one page matching the search query."] = [found];
  Search.htmlToText = (source, anchor) => {
    const page = new DOMParser().parseFromString(source, "text/html");
    for (const part of page.querySelectorAll(".headerlink, script, style, summary, .gd-open, nav")) part.remove();
    for (const formula of page.querySelectorAll(".math")) {
      const tex = formula.textContent.replace(/^\s*\\[([]|\\[)\]]\s*$/g, "").trim();
      formula.textContent = /[\\^_{}&]/.test(tex) ? "…" : tex;
    }
    const text = page.querySelector("article");
    const place = anchor ? text?.querySelector(anchor) : null;
    return ((place?.matches("span") ? place.parentElement : place) || text)?.textContent.replace(/\s+/g, " ") ?? "";
  };
}
