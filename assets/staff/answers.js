/* Asks for what a page shows in one stream and puts it in place; mirrors dashboard/parts.py.
   It runs before Dash: words and charts are read in the page's first HTML while the rest of the scripts still load, and move
   into Dash's own layout when that is there. Dash never holds them, for each of its components is weighed at every change. */
(function () {
  "use strict";
  var ns = (window.dash_clientside = window.dash_clientside || {});
  ns.linka = ns.linka || {};
  var WAITS = "data-dash-is-loading";
  var asked = null;  /* { key, parts that came, whether it ended, `shown` when those read first are there } of the latest question */
  var first = document.getElementById("first");
  var queue = [], isDrawing = false;

  /* Dash asks for layout and callbacks when all of its scripts have run; ours are under way by then. */
  var early = {}, ask = window.fetch;
  ["_dash-layout", "_dash-dependencies"].forEach(function (name) {
    early["/" + name] = ask("/" + name, { credentials: "same-origin", headers: { Accept: "application/json" } });
  });
  window.fetch = function (to) {
    var path = typeof to === "string" ? to : "", held = early[path];
    if (!held) { return ask.apply(window, arguments); }
    delete early[path];
    if (!Object.keys(early).length) { window.fetch = ask; }
    return held;
  };

  function placeOf(id) {
    return document.getElementById(id) || (first && first.querySelector('[data-at="' + id + '"]'));
  }

  /* Makes `old` say what `fresh` says, node by node: focus, open details and scroll stay where they are. */
  function follow(old, fresh) {
    if (old.nodeType !== 1) { if (old.data !== fresh.data) { old.data = fresh.data; } return; }
    Array.from(old.attributes).forEach(function (one) {
      if (one.name !== "open" && !fresh.hasAttribute(one.name)) { old.removeAttribute(one.name); }
    });
    Array.from(fresh.attributes).forEach(function (one) {
      if (old.getAttribute(one.name) !== one.value) { old.setAttribute(one.name, one.value); }
    });
    if (old.nodeName === "INPUT") { old.value = fresh.value; }
    if (!old.hasAttribute("data-table")) { followAll(old, fresh); }
  }

  function followAll(old, fresh) {
    var had = Array.from(old.childNodes), now = Array.from(fresh.childNodes);
    now.forEach(function (node, place) {
      var before = had[place];
      if (!before) { old.appendChild(node); }
      else if (before.nodeName !== node.nodeName) { before.replaceWith(node); }
      else { follow(before, node); }
    });
    had.slice(now.length).forEach(function (node) { node.remove(); });
  }

  function write(id, text) {
    var place = placeOf(id);
    if (!place || place.linkaText === text) { return; }
    var fresh = document.createElement("template");
    fresh.innerHTML = text;
    followAll(place, fresh.content);
    place.linkaText = text;
    place.dataset.part = "";
  }

  function put(part) {
    Object.keys(part.html).forEach(function (id) { write(id, part.html[id]); });
    Object.keys(part.figures).forEach(function (id) {
      var place = placeOf(id);
      if (!place || place.linkaPart === part) { return; }
      place.linkaPart = part;
      place.dataset.part = "";
      place.linkaFigure = part.figures[id];
      place.setAttribute(WAITS, "true");
      if (queue.indexOf(place) < 0) { queue.push(place); }
    });
    draw();
  }

  /* What is in view is drawn first, one figure at a time with room for clicks between; the rest follows. */
  function draw() {
    if (isDrawing || !queue.length || !window.Plotly) { return; }
    isDrawing = true;
    setTimeout(function () {
      var at = queue.findIndex(function (place) { return place.isConnected && place.getBoundingClientRect().top < innerHeight; });
      var place = queue.splice(Math.max(at, 0), 1)[0];
      (place && place.isConnected ? Promise.resolve(drawn(place)) : Promise.resolve()).finally(function () {
        isDrawing = false;
        draw();
      });
    });
  }

  function drawn(place) {
    var figure = place.linkaFigure, own = place.firstElementChild;
    place.removeAttribute(WAITS);
    if (!figure) {
      if (own) { window.Plotly.purge(own); own.remove(); }
      return null;
    }
    var isNew = !own;
    if (isNew) { own = place.appendChild(document.createElement("div")); }
    var layout = themed(Object.assign({}, figure.layout, { autosize: true }));
    return window.Plotly.react(own, figure.data, layout, JSON.parse(place.dataset.config)).then(function () {
      if (!isNew) { return; }
      sizes.observe(own);
      if (place.dataset.picked) { own.on("plotly_selected", function (event) { picked(place.dataset.picked, event); }); }
    });
  }

  /* A map's base is drawn in WebGL, where no stylesheet reaches: it comes in both themes, the page's own says which. */
  function themed(layout) {
    var dark = layout.meta && layout.meta.dark_style;
    if (dark && getComputedStyle(document.documentElement).colorScheme === "dark") {
      layout.map = Object.assign({}, layout.map, { style: dark });
    }
    return layout;
  }
  new MutationObserver(function () {
    document.querySelectorAll(".card-graph").forEach(function (place) {
      var figure = place.linkaFigure;
      if (figure && figure.layout.meta && place.firstElementChild) { queue.push(place); }
    });
    draw();
  }).observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });

  var sizes = new ResizeObserver(function (changes) {
    changes.forEach(function (change) {
      var own = change.target, width = Math.round(change.contentRect.width);
      if (own.linkaWidth && width && own.linkaWidth !== width && own.data) { window.Plotly.Plots.resize(own); }
      own.linkaWidth = width || own.linkaWidth;
    });
  });

  /* What was selected on a figure, for the callbacks of its page. */
  function picked(id, event) {
    if (event) { window.dash_clientside.set_props(id, { data: { range: event.range, lassoPoints: event.lassoPoints } }); }
  }

  function waiting(isWaiting) {
    var main = document.getElementById("main");
    if (!main) { return; }
    [WAITS, "aria-busy"].forEach(function (name) {
      if (isWaiting) { main.setAttribute(name, "true"); } else { main.removeAttribute(name); }
    });
  }

  function away(isAway) {
    var says = placeOf("shell-asked");
    if (says) { says.hidden = !isAway; }
  }

  function read(mine, answer) {
    if (answer.status === 401) { location.reload(); }
    if (!answer.ok) { throw new Error("answers: " + answer.status); }
    var stream = answer.body.pipeThrough(new TextDecoderStream()).getReader(), rest = "";
    function next(step) {
      if (mine !== asked) { return null; }
      var lines = (rest + (step.value || "")).split("\n");
      rest = lines.pop();
      lines.map(JSON.parse).forEach(function (part) {
        mine.parts.push(part);
        put(part);
        if (part.is_first_over) { mine.tell(); }
      });
      return step.done ? null : stream.read().then(next);
    }
    return stream.read().then(next);
  }

  /* Asks for the parts of a page under an address's query, once; what an earlier question still waits for is given up.
     Gives a promise that is kept when what is read first stands on the page, or when there is nothing to wait for. */
  ns.linka.ask = function (path, search) {
    var key = path + search;
    if (asked && asked.key === key) { return asked.shown; }
    if (asked) { asked.stop.abort(); }
    var mine = (asked = { key: key, parts: [], isOver: false, stop: new AbortController() });
    mine.shown = new Promise(function (tell) { mine.tell = tell; });
    waiting(true);
    away(false);
    var query = "path=" + encodeURIComponent(path) + (search ? "&" + search.slice(1) : "");
    ask("/_answers?" + query, { signal: mine.stop.signal }).then(function (answer) { return read(mine, answer); })
      .catch(function () { if (mine === asked) { asked = null; away(true); } })  /* the next change asks again */
      .finally(function () { mine.isOver = true; mine.tell(); if (mine === asked || !asked) { waiting(false); } });
    return mine.shown;
  };

  /* A page has been laid out, or its address has changed: what has come already is put in place. */
  ns.linka.follow = function (search, _page, pathname) {
    ns.linka.ask(pathname || location.pathname, search || "");
    if (asked) { waiting(!asked.isOver); asked.parts.forEach(put); }
    return window.dash_clientside.no_update;
  };

  /* Dash has laid out the same screen: what the first one shows by now moves over, drawn figures too. */
  ns.linka.moveIn = function () {
    if (!first) { return; }
    first.querySelectorAll("[data-part]").forEach(function (from) {
      var to = document.getElementById(from.dataset.at);
      if (!to) { return; }
      to.replaceChildren.apply(to, Array.from(from.childNodes));
      ["linkaText", "linkaPart", "linkaFigure"].forEach(function (name) { to[name] = from[name]; });
      to.dataset.part = "";
      var at = queue.indexOf(from);
      if (at >= 0) { queue[at] = to; to.setAttribute(WAITS, "true"); }
    });
    first.remove();
    first = null;
    if (asked) { waiting(!asked.isOver); }
  };

  var plotly = document.querySelector("script[data-plotly]");
  if (plotly) { plotly.addEventListener("load", draw); }
  if (first) { ns.linka.ask(location.pathname, location.search); }
})();
