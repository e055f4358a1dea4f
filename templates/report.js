(function () {
  "use strict";
  var table = document.getElementById("ranked");
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var field = function (id) { return document.getElementById(id); };
  var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });

  function filter() {
    var words = field("search").value.trim().toLowerCase();
    var kind = field("kind").value;
    var kw = parseFloat(field("kw").value);
    var score = parseFloat(field("score").value);
    var shown = 0;
    rows.forEach(function (row, index) {
      var keep = (!words || texts[index].indexOf(words) >= 0) &&
        (!kind || row.dataset.kind === kind) &&
        (isNaN(kw) || parseFloat(row.dataset.kw) >= kw) &&
        (isNaN(score) || parseFloat(row.dataset.score) >= score);
      row.hidden = !keep;
      if (keep) { shown += 1; }
    });
    field("shown").textContent = shown + " of " + rows.length + " lines";
  }

  function cellValue(row, column, sort) {
    var cell = row.cells[column];
    var text = "value" in cell.dataset ? cell.dataset.value : cell.textContent.trim();
    if (sort !== "number") { return text; }
    var number = parseFloat(text);
    return isNaN(number) ? -Infinity : number;
  }

  function sortBy(head, column) {
    var down = head.getAttribute("aria-sort") === "ascending";
    var sort = head.dataset.sort;
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (other) { other.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    rows.slice().sort(function (a, b) {
      var x = cellValue(a, column, sort), y = cellValue(b, column, sort);
      var order = sort === "number" ? x - y : x.localeCompare(y);
      // Two lines without a number differ by NaN; equal lines keep the order of rank.
      return (down ? -order : order) || 0;
    }).forEach(function (row) { body.appendChild(row); });
  }

  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.textContent = "";
    head.appendChild(button);
    button.addEventListener("click", function () { sortBy(head, column); });
  });
  field("filters").hidden = false;
  field("filters").addEventListener("input", filter);
  field("filters").addEventListener("submit", function (event) { event.preventDefault(); });
  filter();
})();
