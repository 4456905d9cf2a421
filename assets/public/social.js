/* The public map and the search box: mirrors dashboard/maps/leaflet_map.py and dashboard/directory/result_page.py. */
(function () {
  "use strict";
  var linka = (window.linka = window.linka || {});
  var SIGNS = { care: "♥", disability: "♿", crisis: "✚", displaced: "⌂", aid: "▣", money: "€", work: "⚒", housing: "⌂", utilities: "⚡", safety: "⛨", documents: "✎", health: "✚", family: "☻", company: "☕", everyday: "★", other: "•" };
  var marks = {};

  function isDark() {
    var chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }
  function icon(html, name, size) {
    return window.L.divIcon({ className: "", html: '<span class="mark ' + name + '" aria-hidden="true">' + html + "</span>", iconSize: [size, size], iconAnchor: [size / 2, size / 2] });
  }
  function text(value) { var span = document.createElement("span"); span.textContent = value; return span; }
  function card(id) { return document.querySelector('[data-place="' + CSS.escape(id) + '"]'); }
  function light(id, isOn) {
    var mark = marks[id], row = card(id);
    if (mark && mark._icon) { mark._icon.firstChild.classList.toggle("is-on", isOn); mark.setZIndexOffset(isOn ? 1000 : 0); }
    if (row) { row.classList.toggle("is-shown", isOn); }
  }
  linka.map = {
    point: function (feature, latlng) {
      var about = feature.properties;
      if (about.point_count) { return linka.map.cluster(feature, latlng); }
      var mark = window.L.marker(latlng, { icon: icon(SIGNS[about.k] || SIGNS.other, "mark-" + about.s, 30), keyboard: false, alt: "" });
      marks[about.id] = mark;
      mark.on("mouseover", function () { light(about.id, true); });
      mark.on("mouseout", function () { light(about.id, false); });
      return mark;
    },
    cluster: function (feature, latlng) {
      return window.L.marker(latlng, { icon: icon(String(feature.properties.point_count), "mark-many", 38), keyboard: false, alt: "" });
    },
    start: function (feature, latlng) {
      return window.L.marker(latlng, { icon: icon("⚑", "mark-start", 30), keyboard: false, interactive: false, alt: "", zIndexOffset: 900 });
    },
    each: function (feature, layer) {
      var about = feature.properties;
      if (about.point_count && !about.cluster) {
        layer.on("click", function () { layer._map.setView(layer.getLatLng(), layer._map.getZoom() + 2); });
      }
      if (!about.n) { return; }
      layer.bindPopup(function () {
        var box = document.createElement("div"), link = document.createElement("a");
        box.className = "map-pop";
        link.href = "/place/" + encodeURIComponent(about.id) + (frame(layer._map).query || "");
        link.appendChild(text(about.n));
        box.appendChild(link);
        return box;
      });
      layer.on("popupopen", function () {
        var row = card(about.id);
        if (row) { light(about.id, true); row.scrollIntoView({ block: "nearest" }); }
      });
      layer.on("popupclose", function () { light(about.id, false); });
    },
    routeStyle: function (feature) {
      var ride = feature.properties.ride;
      return { color: isDark() ? (ride ? "#7db8e8" : "#ff9a76") : (ride ? "#17588f" : "#b23c1e"), weight: ride ? 6 : 5, dashArray: ride ? null : "1 9", lineCap: "round", opacity: 0.9 };
    }
  };
  /* dash-leaflet looks functions up by a dotted path from window. */
  window.dashExtensions = Object.assign({}, window.dashExtensions, { linka: linka });

  var style = null;
  function rules(look, lang) {
    var P = window.protomapsL, c = look.colours;
    function kind(name) { return function (_zoom, feature) { return feature.props.kind === name; }; }
    function width(w, extra) { return function (z) { return w[1] * Math.pow(w[3] / w[1], Math.max(0, z - w[0]) / (w[2] - w[0])) + (extra || 0); }; }
    function fill(layer, name, colour) { return { dataLayer: layer, symbolizer: new P.PolygonSymbolizer({ fill: colour }), filter: kind(name) }; }
    function line(layer, name, colour, w, extra, dash) { return { dataLayer: layer, symbolizer: new P.LineSymbolizer({ color: colour, width: width(w, extra), dash: dash, lineCap: "round", lineJoin: "round" }), filter: kind(name) }; }
    var paint = [].concat(
      look.areas.map(function (name) { return fill("area", name, c[name]); }),
      look.greens.map(function (name) { return fill("green", name, c[name]); }),
      [fill("water", "lake", c.water), fill("water", "sea", c.water), line("water", "river", c.water, [9, 1, 18, 14]), line("water", "stream", c.water, [13, 0.8, 18, 4]),
       { dataLayer: "building", symbolizer: new P.PolygonSymbolizer({ fill: c.building, stroke: c.building_line, width: 0.6 }) }],
      look.roads.filter(function (r) { return r.cased; }).map(function (r) { return line("road", r.kind, c.casing, r.width, 1.6); }),
      look.roads.map(function (r) { return line("road", r.kind, c[r.kind], r.width, 0, r.kind === "steps" ? [2, 2] : r.kind === "path" ? [4, 2] : undefined); }),
      [line("rail", "rail", c.rail, [11, 0.8, 18, 3]), line("rail", "tram", c.tram, [11, 0.8, 18, 3])]
    );
    var props = ["name:" + lang, "name"];
    function label(layer, font, colour, filter, minzoom) { return { dataLayer: layer, minzoom: minzoom, symbolizer: new P.CenteredTextSymbolizer({ labelProps: props, fill: colour, stroke: c.label_halo, width: 2, font: font, lineHeight: 1.3 }), filter: filter }; }
    var labels = [
      label("place", "600 14px system-ui, sans-serif", c.label, undefined, 9),
      { dataLayer: "road", minzoom: 14, symbolizer: new P.LineLabelSymbolizer({ labelProps: props, fill: c.label, stroke: c.label_halo, width: 2, font: "400 12px system-ui, sans-serif" }), filter: function (_z, f) { return ["motorway", "major", "medium", "minor"].indexOf(f.props.kind) >= 0; } },
      label("water", "italic 12px system-ui, sans-serif", c.label_water, undefined, 13)
    ];
    return { paintRules: paint, labelRules: labels, backgroundColor: c.earth };
  }
  function base(map) {
    if (!window.protomapsL || map._linkaBase === undefined) { return; }
    var look = style[isDark() ? "dark" : "light"];
    if (map._linkaBase) { map.removeLayer(map._linkaBase); }
    var made = rules(look, document.documentElement.lang);
    map._linkaBase = window.protomapsL.leafletLayer({ url: location.origin + "/tiles/{z}/{x}/{y}.mvt", maxDataZoom: style.max_zoom, attribution: look.attribution, paintRules: made.paintRules, labelRules: made.labelRules, backgroundColor: made.backgroundColor });
    map._linkaBase.addTo(map);
  }
  /* What the server says of a map: the query of its links, where points of other views are. */
  function frame(map) { var box = map && map.getContainer().closest(".map-in"); return box ? box.dataset : {}; }
  /* Of very many points only those in view are here: ask for others when the view moves. */
  function follow(map) {
    var asked = null;
    function ask() {
      var seen = map.getBounds().pad(0.3);
      if (asked) { asked.abort(); }
      asked = new AbortController();
      var to = new URL(frame(map).more, location.origin);
      to.searchParams.set("box", [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()].map(function (degrees) { return degrees.toFixed(5); }).join(","));
      to.searchParams.set("zoom", Math.floor(map.getZoom()));
      fetch(to, { signal: asked.signal }).then(function (answer) { return answer.ok ? answer.json() : null; }).then(function (found) {
        if (!found) { return; }
        window.dash_clientside.set_props("social-markers", { data: found.points });
        window.dash_clientside.set_props("social-many", { data: found.many });
      }).catch(function () { /* a view that moved on, or no network: what is shown stays */ });
    }
    map.on("moveend", ask);
    if (Math.floor(map.getZoom()) !== Number(frame(map).zoom)) { ask(); }
  }
  function prepare(map) {
    map.attributionControl.setPrefix(false);
    if (frame(map).more) { follow(map); }
    fetch("/tiles/style.json").then(function (answer) { return answer.ok ? answer.json() : null; }).then(function (found) {
      if (!found || !found.has_tiles) { return; }
      style = found;
      map._linkaBase = null;
      base(map);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () { base(map); });
      new MutationObserver(function () { base(map); }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    });
    map.on("contextmenu click", function (event) {
      var form = document.getElementById("find-form") || document.getElementById("way-form");
      if (!form || event.originalEvent.target.closest(".mark")) { return; }
      var to = new URL(location.href);
      to.searchParams.set("start", event.latlng.lat.toFixed(5) + "," + event.latlng.lng.toFixed(5));
      to.searchParams.delete("from"); to.searchParams.delete("known"); to.searchParams.delete("page");
      var link = document.createElement("a");
      link.href = to.pathname + to.search;
      link.textContent = document.body.dataset.startHere || "⚑";
      var words = document.querySelector("[data-start-here]");
      if (words) { link.textContent = words.dataset.startHere; }
      window.L.popup().setLatLng(event.latlng).setContent(link).openOn(map);
    });
    map.getContainer().setAttribute("tabindex", "-1");
  }
  if (window.L) { window.L.Map.addInitHook(function () { var map = this; map.whenReady(function () { prepare(map); }); }); }

  /* List and map in step. */
  ["mouseover", "focusin"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var row = event.target.closest && event.target.closest("[data-place]");
      if (row) { light(row.dataset.place, true); }
    });
  });
  ["mouseout", "focusout"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var row = event.target.closest && event.target.closest("[data-place]");
      if (row && !row.contains(event.relatedTarget)) { light(row.dataset.place, false); }
    });
  });

  /* A need that nothing met is noted once per page and sitting, without a word of what was typed. */
  document.addEventListener("DOMContentLoaded", function () {
    var form = document.querySelector("[data-unmet]");
    if (!form || !navigator.sendBeacon) { return; }
    var key = "unmet " + form.outcome.value + " " + form.service.value;
    if (sessionStorage.getItem(key) || navigator.sendBeacon(form.action, new URLSearchParams(new FormData(form)))) {
      sessionStorage.setItem(key, "1");
      form.querySelector("button").hidden = true;
      form.querySelector("[role=status]").hidden = false;
    }
  });

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-here]").forEach(function (button) {
      if (!navigator.geolocation) { return; }
      button.hidden = false;
      button.addEventListener("click", function () {
        navigator.geolocation.getCurrentPosition(function (at) {
          var field = button.parentElement.querySelector("input");
          field.value = at.coords.latitude.toFixed(5) + "," + at.coords.longitude.toFixed(5);
          field.form.requestSubmit();
        }, function () { button.textContent = button.dataset.failed; button.disabled = true; }, { timeout: 10000 });
      });
    });
  });
})();
