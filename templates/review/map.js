// Draws transformers and suspects by longitude and latitude; nothing is asked of any map server.
(function () {
  "use strict";
  var element = document.getElementById("map");
  if (!element || !window.echarts) { return; }
  var words = JSON.parse(element.dataset.words);
  var colour = function (name) { return window.getComputedStyle(document.documentElement).getPropertyValue(name).trim(); };

  // A degree of longitude is shorter than one of latitude by the cosine of the latitude.
  function window_of(places, width, height) {
    var lons = places.map(function (p) { return p.lon; }), lats = places.map(function (p) { return p.lat; });
    var min = function (v) { return v.reduce(function (a, b) { return Math.min(a, b); }, Infinity); };
    var max = function (v) { return v.reduce(function (a, b) { return Math.max(a, b); }, -Infinity); };
    var lat = (min(lats) + max(lats)) / 2, lon = (min(lons) + max(lons)) / 2;
    var shrink = Math.cos(lat * Math.PI / 180);
    var degrees = Math.max((max(lats) - min(lats)) / height, (max(lons) - min(lons)) * shrink / width, 1e-6) * 1.1;
    return {
      lat: [lat - degrees * height / 2, lat + degrees * height / 2],
      lon: [lon - degrees * width / 2 / shrink, lon + degrees * width / 2 / shrink]
    };
  }

  fetch(element.dataset.from).then(function (answer) {
    if (!answer.ok) { throw new Error(answer.status); }
    return answer.json();
  }).then(function (data) {
    var places = data.suspects.concat(data.transformers);
    if (places.length === 0) {
      element.hidden = true;
      document.getElementById("map-none").hidden = false;
      return;
    }
    var chart = window.echarts.init(element, null, { renderer: "canvas" });
    var view = window_of(places, element.clientWidth - 100, element.clientHeight - 110);
    var axis = function (name, range) {
      return { type: "value", name: name, min: range[0], max: range[1], axisLabel: { formatter: function (v) { return v.toFixed(2); }, hideOverlap: true, showMinLabel: false, showMaxLabel: false }, splitLine: { lineStyle: { color: colour("--line") } } };
    };
    chart.setOption({
      animation: false,
      aria: { enabled: true },
      grid: { left: 60, right: 40, top: 50, bottom: 60 },
      textStyle: { color: colour("--soft") },
      legend: { top: 8, textStyle: { color: colour("--soft") }, data: [words.transformers, words.suspects] },
      toolbox: { feature: { saveAsImage: { title: words.save } } },
      tooltip: { renderMode: "richText", formatter: function (point) { return point.data.words; } },
      xAxis: axis(words.east, view.lon),
      yAxis: axis(words.north, view.lat),
      dataZoom: [{ type: "inside", xAxisIndex: 0, filterMode: "none" }, { type: "inside", yAxisIndex: 0, filterMode: "none" }],
      series: [
        { name: words.transformers, type: "scatter", symbol: "rect", itemStyle: { color: "#8a8f98" },
          symbolSize: function (value, point) { return 7 + Math.min(12, 2 * point.data.suspects); },
          data: data.transformers.map(function (t) { return { value: [t.lon, t.lat], words: t.words, suspects: t.suspects }; }) },
        { name: words.suspects, type: "scatter", itemStyle: { color: "#b3261e" },
          symbolSize: function (value, point) { return 7 + Math.min(20, 2.5 * Math.sqrt(point.data.kw || 1)); },
          data: data.suspects.map(function (s) {
            var done = s.status === "rejected" || s.status === "closed";
            return { value: [s.lon, s.lat], words: s.words, kw: s.kw, page: s.page, itemStyle: { color: done ? "#a9c5a0" : "#b3261e", opacity: 0.75 } };
          }) }
      ]
    });
    chart.on("click", function (point) { if (point.data.page) { location.href = point.data.page; } });
    element.dataset.drawn = String(places.length);
    window.addEventListener("resize", function () { chart.resize(); });
  }).catch(function () { element.dataset.drawn = "failed"; });
})();
