// Keys, dialogs and charts of the desk. Every page works without it, by links and forms alone.
(function () {
  "use strict";
  var one = function (selector, root) { return (root || document).querySelector(selector); };
  var all = function (selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); };

  // Parts of a page carry the same token as its forms.
  document.addEventListener("htmx:configRequest", function (event) {
    event.detail.headers["x-csrf-token"] = one('meta[name="csrf"]').content;
    // Empty filters stay out of the address.
    var parameters = event.detail.parameters;
    Object.keys(parameters).forEach(function (name) { if (parameters[name] === "") { delete parameters[name]; } });
  });

  // What goes with the list as it is now: saved views, columns, the export.
  function takeQuery() {
    var query = location.search.replace(/^\?/, "");
    all("form[data-with-query] input[name=query]").forEach(function (field) { field.value = query; });
    all("#verdict input[name=back], #take-form input[name=back]").forEach(function (field) { field.value = "?" + query; });
    if (one("#list")) { all(".undo input[name=back]").forEach(function (field) { field.value = "?" + query; }); }
    var csv = one("#csv");
    if (csv) { csv.href = csv.dataset.path + (query ? "?" + query : ""); }
  }
  takeQuery();
  document.addEventListener("htmx:pushedIntoHistory", takeQuery);
  document.addEventListener("htmx:afterSettle", takeQuery);

  // The list by keyboard: j and k move, enter opens, 1 to 4 decide.
  function rows() { return all("#list tbody tr[data-meter]"); }
  function chosen() { return one("#list tbody tr.chosen"); }
  function choose(row) {
    if (!row) { return; }
    sessionStorage.setItem("chosen", JSON.stringify({ meter: row.dataset.meter, at: rows().indexOf(row) }));
    all("#list tr.chosen").forEach(function (other) { other.classList.remove("chosen"); });
    row.classList.add("chosen");
    one("a", row).focus();
    row.scrollIntoView({ block: "nearest" });
  }
  function step(by) {
    var list = rows();
    var at = list.indexOf(chosen());
    choose(list[at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + by))]);
  }

  // After a verdict the list comes back; the line that was chosen stays chosen, or the one that took its place.
  function chooseAgain() {
    var before = JSON.parse(sessionStorage.getItem("chosen") || "null");
    if (!before || !one("#list")) { return; }
    var list = rows();
    var same = list.filter(function (row) { return row.dataset.meter === before.meter; })[0];
    choose(same || list[Math.min(before.at, list.length - 1)]);
  }

  var VERDICTS = ["suspected", "confirmed", "rejected", "missed"];
  function decide(row, number) {
    var dialog = one("#verdict");
    if (!dialog || !row) { return; }
    one("form", dialog).action = row.dataset.page + "/entries";
    one("input[name=value]", dialog).value = VERDICTS[number - 1];
    one("#verdict-words").textContent = one("#verdict-names").dataset[String(number)];
    one("#verdict-meter").textContent = row.dataset.meter;
    takeQuery();
    sessionStorage.setItem("decided", "1");
    dialog.showModal();
    one("textarea", dialog).focus();
  }
  all("[data-close]").forEach(function (button) {
    button.addEventListener("click", function () { button.closest("dialog").close(); });
  });

  // Ticks of a whole page, and the panel that writes on all of them.
  document.addEventListener("change", function (event) {
    if (event.target.id === "tick-all") {
      all("#list tbody input[name=meter]").forEach(function (tick) { tick.checked = event.target.checked; });
    }
  });

  all("[data-print]").forEach(function (button) { button.addEventListener("click", function () { window.print(); }); });

  // Ctrl and Enter saves from within a text: on a suspect's page, and on to the next place.
  document.addEventListener("keydown", function (event) {
    var form = event.key === "Enter" && event.ctrlKey && event.target.closest("form");
    if (!form) { return; }
    event.preventDefault();
    form.requestSubmit(one("button[value=next]", form) || one("button.main", form) || one("button", form));
  });

  if (sessionStorage.getItem("decided")) {
    sessionStorage.removeItem("decided");
    chooseAgain();
  }

  // The letter or digit on the key itself, so that j and k work on a Russian layout.
  function keyOf(event) {
    var code = /^(?:Key([A-Z])|Digit([0-9])|Numpad([0-9]))$/.exec(event.code || "");
    if (event.key === "?") { return "?"; }
    return code && !event.shiftKey ? (code[1] || code[2] || code[3]).toLowerCase() : event.key;
  }

  document.addEventListener("keydown", function (event) {
    var types = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== "checkbox" && event.target.type !== "radio";
    if (types || event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) { return; }
    var key = keyOf(event);
    var link = /^[a-z]$/.test(key) ? one('a[data-key="' + key + '"]') : null;
    var number = key.length === 1 ? "1234".indexOf(key) + 1 : 0;
    if (link) { link.click(); }
    else if (key === "?") { one("#keys-help").showModal(); }
    else if (one("#list") && key === "j") { step(1); }
    else if (one("#list") && key === "k") { step(-1); }
    else if (key === "u" && one("#undo")) { one("#undo").click(); }
    else if (key === "t" && one("#take")) { one("#take").click(); }
    else if (key === "t" && one("#take-form") && chosen()) {
      sessionStorage.setItem("decided", "1");
      one("#take-form").action = chosen().dataset.page + "/entries";
      one("#take-form").submit();
    }
    else if (key === "x" && chosen() && one("input[name=meter]", chosen())) { one("input[name=meter]", chosen()).click(); }
    else if (key === "b" && one("#bulk")) { one("#bulk").open = true; one("#bulk select").focus(); }
    else if (number > 0 && one("#list")) { decide(chosen(), number); }
    else if (number > 0 && one('#decide input[data-key="' + number + '"]')) {
      one('#decide input[data-key="' + number + '"]').click();
      one("#decide textarea").focus();
    } else { return; }
    event.preventDefault();
  });

  // The charts of a suspect.
  var charts = one("#charts");
  if (charts && window.hashwattCharts) {
    fetch(charts.dataset.from, { headers: { accept: "application/json" } })
      .then(function (answer) { if (!answer.ok) { throw new Error(answer.status); } return answer.json(); })
      .then(function (data) {
        window.hashwattCharts.drawAll(charts, data, JSON.parse(charts.dataset.words));
        charts.dataset.state = "drawn";
        if (all("figure:not([hidden])", charts).length === 0) { one("#charts-none").hidden = false; }
      })
      .catch(function () {
        charts.dataset.state = "failed";
        one("#charts-none").hidden = false;
      });
    window.addEventListener("resize", function () { window.hashwattCharts.resize(); });
  }
})();
