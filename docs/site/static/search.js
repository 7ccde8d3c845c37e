// What the search page quotes of a page: its text, without buttons and links above it, and without raw TeX.
if (typeof Search !== "undefined") {
  Search.htmlToText = (source, anchor) => {
    const page = new DOMParser().parseFromString(source, "text/html");
    for (const part of page.querySelectorAll(".headerlink, script, style, summary, .gd-open, nav")) part.remove();
    for (const formula of page.querySelectorAll(".math")) {
      const tex = formula.textContent.replace(/^\s*\\[([]|\\[)\]]\s*$/g, "").trim();
      formula.textContent = /[\\^_{}&]/.test(tex) ? "…" : tex;
    }
    const text = page.querySelector("article");
    return ((anchor && text?.querySelector(anchor)) || text)?.textContent.replace(/\s+/g, " ") ?? "";
  };
}
