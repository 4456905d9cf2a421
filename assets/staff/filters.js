/* The filter bar and the address say the same; mirrors dashboard/filters.py (order of keys, sorted codes). */
(function () {
  "use strict";
  var ns = (window.dash_clientside = window.dash_clientside || {});
  ns.linka = ns.linka || {};
  var KEYS = ["territory", "topic", "channel", "line", "class", "executor", "executor_kind", "group"];
  /* Keys of single pages, kept as they are; as EXTRA in dashboard/view.py. */
  var EXTRA = ["request", "area", "vs_from", "vs_to", "vs_territory"];
  var GRAINS = ["day", "week", "month", "quarter"];
  var PATIENCE_MS = 800;
  var DAY = /^\d{4}-\d{2}-\d{2}$/;

  function read(search, defaults) {
    var query = new URLSearchParams(search || "");
    var from = query.get("from"), to = query.get("to"), grain = query.get("grain");
    if (!DAY.test(from || "")) { from = defaults.from; }
    if (!DAY.test(to || "")) { to = defaults.to; }
    if (from > to) { from = defaults.from; to = defaults.to; }
    return { from: from, to: to, grain: GRAINS.indexOf(grain) < 0 ? "day" : grain,
      lists: KEYS.map(function (key) { return query.getAll(key); }) };
  }

  function write(values) {
    var query = new URLSearchParams();
    query.append("from", values.from);
    query.append("to", values.to);
    if (values.grain !== "day") { query.append("grain", values.grain); }
    KEYS.forEach(function (key, place) {
      (values.lists[place] || []).slice().sort().forEach(function (code) { query.append(key, code); });
    });
    var held = new URLSearchParams(location.search);
    EXTRA.forEach(function (key) { if (held.get(key)) { query.append(key, held.get(key)); } });
    return "?" + query.toString();
  }

  function component(type, namespace, props) { return { type: type, namespace: namespace, props: props }; }

  function chips(values, search) {
    var found = [];
    KEYS.forEach(function (key, place) {
      values.lists[place].forEach(function (code) {
        var label = (LABELS[key] || {})[code];
        if (!label) { return; }  /* a code that the city does not know narrows nothing */
        var less = { from: values.from, to: values.to, grain: values.grain, lists: values.lists.map(function (list, other) {
          return other === place ? list.filter(function (one) { return one !== code; }) : list;
        }) };
        found.push(component("Link", "dash_core_components", {
          href: location.pathname + write(less), className: "chip", children: label, title: "×" }));
      });
    });
    if (search) {
      found.push(component("Link", "dash_core_components", { href: location.pathname, className: "reset", children: LABELS.reset }));
    }
    return found;
  }

  var LABELS = {};

  function mark(values, defaults) {
    var buttons = Array.from(document.querySelectorAll("[data-preset-days]"));
    var pressed = buttons.filter(function (button) {
      var span = preset(button.dataset.presetDays, defaults);
      return span.from === values.from && span.to === values.to;
    }).pop();  /* of a city with one day of data, "all" */
    buttons.forEach(function (button) { button.setAttribute("aria-pressed", String(button === pressed)); });
    document.querySelectorAll("#shell-nav a").forEach(function (link) {
      link.dataset.keeps = "yes";
    });
  }

  function preset(days, defaults) {
    if (days === "all") { return { from: defaults.first, to: defaults.to }; }
    var last = new Date(defaults.to + "T00:00:00Z");
    last.setUTCDate(last.getUTCDate() - Number(days) + 1);
    return { from: last.toISOString().slice(0, 10), to: defaults.to };
  }

  var known = null;
  var held = null;     /* what the fields of the bar hold, in the order of `show` */
  var pending = null;  /* the search that the address is about to have */

  function now() { return pending === null ? location.search : pending; }

  /* The page is asked at once; the address follows when its figures are there, for Dash is then busy with every component
     of the page for longer than the server needs. */
  function go(search) {
    var at = location.href;
    pending = search;
    function follow() {
      if (pending !== search) { return; }
      pending = null;
      if (location.href === at) { window.dash_clientside.set_props("shell-url", { search: search }); }
    }
    ns.linka.ask(location.pathname, search).then(function () {
      requestAnimationFrame(function () { setTimeout(follow); });
    });
    setTimeout(follow, PATIENCE_MS);
  }

  /* Two callbacks, not one that takes and gives the same: a circle makes Dash's renderer weigh every callback of the page
     against every other, seconds of work for each filter change. */

  /* The address changed, by a link, a chip or the back button too: the bar follows. */
  ns.linka.show = function (search, defaults) {
    known = defaults || {};
    LABELS = known.labels || {};
    pending = null;
    var asked = read(search, known), before = held;
    held = [asked.from, asked.to, asked.grain].concat(asked.lists);
    mark(asked, known);
    return [chips(asked, search)].concat(held.map(function (value, place) {
      return before && String(before[place]) === String(value) ? window.dash_clientside.no_update : value;
    }));
  };

  /* A field changed, by the reader or by `show`: where it says something new, the address follows. */
  ns.linka.choose = function () {
    var args = Array.prototype.slice.call(arguments), defaults = args[args.length - 1] || {};
    var shown = { from: args[0], to: args[1], grain: args[2] || "day",
      lists: args.slice(3, -1).map(function (list) { return list || []; }) };
    held = [shown.from, shown.to, shown.grain].concat(shown.lists);
    var isWhole = DAY.test(shown.from || "") && DAY.test(shown.to || "") && shown.from <= shown.to;
    if (isWhole && write(shown) !== write(read(now(), defaults))) { go(write(shown)); }
    return window.dash_clientside.no_update;
  };

  document.addEventListener("click", function (event) {
    var button = event.target instanceof Element && event.target.closest("[data-preset-days]");
    if (!button || !known) { return; }
    var values = read(now(), known), span = preset(button.dataset.presetDays, known);
    values.from = span.from; values.to = span.to;
    go(write(values));
  });
  /* The brief tells of one day: its own field takes the place of the period. */
  document.addEventListener("change", function (event) {
    if (event.target.id !== "brief-day" || !DAY.test(event.target.value) || !known) { return; }
    var values = read(now(), known);
    values.from = values.to = event.target.value;
    go(write(values));
  });
  /* Links of the navigation carry the filters of the moment. */
  document.addEventListener("click", function (event) {
    var link = event.target instanceof Element && event.target.closest("#shell-nav a");
    if (!link || !now() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) { return; }
    event.preventDefault();
    event.stopPropagation();
    var path = new URL(link.href, location.href).pathname;
    history.pushState({}, "", path + now());
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }, true);
})();
