/* Words while typing, on both processes, and the button that copies a text to send. */
(function () {
  "use strict";
  /* Words while typing; what is typed goes to our own server only and is kept nowhere. */
  var timer = null;
  document.addEventListener("input", function (event) {
    var field = event.target;
    if (!("list" in field) || !field.list || field.value.trim().length < 2) { return; }
    clearTimeout(timer);
    timer = setTimeout(function () {
      var kind = "places" in field.dataset ? "&kind=place" : "";
      fetch("/suggest?q=" + encodeURIComponent(field.value) + kind).then(function (answer) { return answer.json(); }).then(function (found) {
        var seen = {};
        field.list.replaceChildren.apply(field.list, found.filter(function (one) { var is = seen[one.title]; seen[one.title] = 1; return !is; }).map(function (one) {
          var option = document.createElement("option"); option.value = one.title; return option;
        }));
      }).catch(function () { /* the search works without */ });
    }, 150);
  });

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-copy]");
    if (!button || !navigator.clipboard) { return; }
    navigator.clipboard.writeText(button.dataset.copy).then(function () { button.textContent = button.dataset.copied; }).catch(function () { /* the text above can be marked by hand */ });
  });
})();
