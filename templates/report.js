(function () {
  "use strict";
  var table = document.getElementById("ranked");
  var rows = Array.prototype.slice.call(table.querySelectorAll("tbody tr:not(.part)"));
  var form = document.getElementById("filters");
  var field = function (id) { return document.getElementById(id); };
  var each = function (list, visit) { Array.prototype.forEach.call(list, visit); };
  var words = JSON.parse(field("words").textContent);
  var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });

  function chosen(id) { return field(id) ? field(id).value : ""; }

  // A suspect's section comes and goes with its line, so that what is printed is what is listed.
  function filter() {
    var wanted = chosen("search").trim().toLowerCase();
    var kind = chosen("kind"), parent = chosen("parent"), zone = chosen("zone");
    var kw = parseFloat(chosen("kw"));
    var score = parseFloat(chosen("score"));
    var shown = 0;
    rows.forEach(function (row, index) {
      var keep = (!wanted || texts[index].indexOf(wanted) >= 0) &&
        (!kind || row.dataset.kind === kind) &&
        (!parent || row.dataset.parent === parent) &&
        (!zone || row.dataset.zone === zone) &&
        (isNaN(kw) || parseFloat(row.dataset.kw) >= kw) &&
        (isNaN(score) || parseFloat(row.dataset.score) >= score);
      row.hidden = !keep;
      var link = row.querySelector("a");
      if (link) { field(link.getAttribute("href").slice(1)).hidden = !keep; }
      if (keep) { shown += 1; }
    });
    // A part of the list without a line has no title.
    each(table.tBodies, function (part) { part.hidden = !part.querySelector("tr:not(.part):not([hidden])"); });
    field("shown").textContent = words.lines.replace("{shown}", shown).replace("{all}", rows.length);
  }

  function cellValue(row, column, sort) {
    var cell = row.cells[column];
    var text = "value" in cell.dataset ? cell.dataset.value : cell.textContent.trim();
    if (sort !== "number") { return text; }
    var number = parseFloat(text);
    return isNaN(number) ? -Infinity : number;
  }

  function sortBy(head, column) {
    var was = head.getAttribute("aria-sort");
    // Of scores and amounts the largest is looked for first.
    var down = was ? was === "ascending" : "down" in head.dataset;
    var sort = head.dataset.sort;
    each(table.tHead.rows[0].cells, function (other) { other.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    rows.slice().sort(function (a, b) {
      var x = cellValue(a, column, sort), y = cellValue(b, column, sort);
      var order = sort === "number" ? x - y : x.localeCompare(y);
      // Two lines without a number differ by NaN; equal lines keep the order of the list.
      return (down ? -order : order) || 0;
    }).forEach(putBack);
  }

  // A line stays in its part of the list.
  function putBack(row) { row.parentNode.appendChild(row); }

  function clear() {
    form.reset();
    each(table.tHead.rows[0].cells, function (head) { head.removeAttribute("aria-sort"); });
    rows.forEach(putBack);
    filter();
  }

  // "/" goes to the search, as on many pages.
  function onKey(event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) { return; }
    event.preventDefault();
    field("search").focus();
  }

  function drawSection(section) {
    var numbers = section.querySelector("script[type='application/json']");
    var read = null;
    each(section.querySelectorAll("[data-needs-script]"), function (part) { part.hidden = false; });
    each(section.querySelectorAll("[data-without-script]"), function (part) { part.hidden = true; });
    window.hashwattCharts.drawAll(section, function () {
      read = read || JSON.parse(numbers.textContent);
      return read;
    }, words);
  }

  each(table.tHead.rows[0].cells, function (head, column) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.dataset.name = head.textContent;
    head.textContent = "";
    head.appendChild(button);
    button.addEventListener("click", function () { sortBy(head, column); });
  });
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  field("clear").addEventListener("click", clear);
  document.addEventListener("keydown", onKey);
  filter();
  each(document.querySelectorAll("section"), drawSection);
})();
