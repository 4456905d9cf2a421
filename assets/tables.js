/* Lays out the tables that dashboard/components/table.py hands over as data: real tables, a fraction of the components. */
(function () {
  "use strict";

  function cell(kind, content, isNumber) {
    var made = document.createElement(kind), text = Array.isArray(content) ? content[0] : content;
    if (Array.isArray(content)) {
      var link = document.createElement("a"), name = text.trimStart();
      link.href = content[1];
      link.textContent = name;
      made.append(text.slice(0, text.length - name.length), link);
    } else {
      made.textContent = text;
    }
    if (isNumber) { made.className = "num"; }
    return made;
  }

  function row(parent, cells) {
    var made = document.createElement("tr");
    cells.forEach(function (one) { made.appendChild(one); });
    parent.appendChild(made);
  }

  function layOut(holder) {
    var source = holder.getAttribute("data-table");
    if (holder.linkaTable === source) { return; }
    holder.linkaTable = source;
    var data = JSON.parse(source), table = document.createElement("table");
    var numeric = data.head.map(function (_, place) { return data.numeric.indexOf(place) >= 0; });
    table.className = data.list ? "table is-list" : "table";
    if (data.caption) { table.createCaption().textContent = data.caption; }
    row(table.createTHead(), data.head.map(function (text, place) {
      var made = cell("th", text, numeric[place]);
      made.scope = "col";
      return made;
    }));
    var body = table.createTBody();
    data.rows.forEach(function (values) {
      row(body, values.map(function (value, place) {
        var isName = place === 0 && !numeric[0], made = cell(isName ? "th" : "td", value, numeric[place]);
        if (!numeric[place] && data.whole.indexOf(place) >= 0) { made.className = "whole"; }
        if (isName) { made.scope = "row"; }
        if (data.list) { made.dataset.label = data.head[place]; }
        return made;
      }));
    });
    if (data.more) {
      var rest = cell("td", data.more, false);
      rest.colSpan = data.head.length;
      row(table.createTFoot(), [rest]);
    }
    holder.replaceChildren(table);
  }

  function within(node) {
    if (!(node instanceof Element)) { return; }
    if (node.hasAttribute("data-table")) { layOut(node); }
    node.querySelectorAll("[data-table]").forEach(layOut);
  }

  document.addEventListener("DOMContentLoaded", function () {
    within(document.body);
    new MutationObserver(function (changes) {
      changes.forEach(function (change) {
        if (change.type === "attributes") { layOut(change.target); } else { change.addedNodes.forEach(within); }
      });
    }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-table"] });
  });

  /* A link of a table or a card to another page of ours changes the page, not the whole document. */
  document.addEventListener("click", function (event) {
    var link = event.target instanceof Element && event.target.closest("[data-table] a, a[data-link]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) { return; }
    var to = new URL(link.href, location.href);
    if (to.origin !== location.origin || to.pathname.indexOf("/download/") === 0) { return; }
    event.preventDefault();
    history.pushState({}, "", to.pathname + to.search);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  });
})();
