"use strict";
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const button = document.getElementById("theme");
  const kept = () => { try { return localStorage.getItem("codeopt-theme"); } catch { return null; } };
  const keep = (theme) => { try { localStorage.setItem("codeopt-theme", theme); } catch { /* a page from the disk may keep nothing */ } };
  const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const tell = () => button.setAttribute("aria-pressed", String(isDark()));
  const known = kept();
  if (known === "dark" || known === "light") root.dataset.theme = known;
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    keep(root.dataset.theme);
    tell();
  });
  dark.addEventListener("change", tell);
  tell();
  for (const all of document.querySelectorAll("button[data-open]")) {
    all.hidden = false;
    all.addEventListener("click", () => {
      for (const one of document.querySelectorAll("#candidates details")) one.open = all.dataset.open === "yes";
    });
  }
  const show = () => {
    const found = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    for (let one = found; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    if (found) found.scrollIntoView();
  };
  addEventListener("hashchange", show);
  show();
})();
