/* Clientside callbacks of both processes and the few behaviours that need no server; mirrors dashboard/components/shell.py. */
(function () {
  "use strict";
  var ns = (window.dash_clientside = window.dash_clientside || {});
  ns.linka = ns.linka || {};

  function markNav(path) {
    document.querySelectorAll("#shell-nav a").forEach(function (link) {
      var own = new URL(link.href, location.href).pathname;
      if (own === path) { link.setAttribute("aria-current", "page"); } else { link.removeAttribute("aria-current"); }
    });
    document.body.dataset.path = path;
  }

  var arrived = null;
  /* A page has arrived: mark it in the navigation, name the window, and move the focus where a reader starts. */
  ns.linka.arrive = function (_children, pathname, state) {
    var path = pathname || location.pathname;
    markNav(path);
    if (state && state.title) { document.title = state.title; }
    var band = document.getElementById("filter-band");
    if (band && state && "has_filters" in state) { band.classList.toggle("is-off", !state.has_filters); }
    if (arrived !== null && arrived !== path) {
      window.scrollTo(0, 0);
      requestAnimationFrame(function () {
        var heading = document.querySelector("main h1");
        if (heading) { heading.focus({ preventScroll: true }); }
      });
    }
    arrived = path;
    return path;
  };

  function theme() {
    var root = document.documentElement;
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.mantineColorScheme = dark ? "dark" : "light";
    root.dataset.agThemeMode = dark ? "dark" : "light";
    return dark;
  }

  document.addEventListener("click", function (event) {
    var target = event.target;
    if (!(target instanceof Element)) { return; }
    if (target.closest("[data-print]")) { window.print(); return; }
    if (target.closest("[data-theme-toggle]")) {
      var next = theme() ? "light" : "dark";
      document.documentElement.dataset.theme = next;
      document.cookie = "linka_theme=" + next + ";path=/;max-age=31536000;samesite=lax";
      try { localStorage.setItem("mantine-color-scheme-value", next); } catch (error) { /* private mode */ }
      theme();
      return;
    }
    document.querySelectorAll("details.menu[open], details.what[open]").forEach(function (open) {
      if (!open.contains(target)) { open.removeAttribute("open"); }
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    document.querySelectorAll("details.menu[open], details.what[open]").forEach(function (open) {
      open.removeAttribute("open");
      if (open.contains(document.activeElement)) { open.querySelector("summary").focus(); }
    });
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", theme);
  document.addEventListener("DOMContentLoaded", function () {
    theme();
    var root = document.getElementById("react-entry-point");
    var watch = new MutationObserver(function () {
      if (!document.getElementById("shell-nav")) { return; }
      watch.disconnect();
      if (ns.linka.moveIn) { ns.linka.moveIn(); }
      arrived = location.pathname;
      theme();
      markNav(arrived);
    });
    if (root) { watch.observe(root, { childList: true, subtree: true }); }
  });
})();
