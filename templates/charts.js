// Draws what a meter's numbers show: `window.hashwattCharts`, for the page of a run and the analysts' desk.
//
//   hashwattCharts.draw(element, chart, data, words)   draws one chart at once
//   hashwattCharts.drawAll(root, data, words)          draws every [data-chart] below root as it comes into view
//   hashwattCharts.resize()                            fits all charts to their elements
//
// `chart` is heat_map, base_load, mean_day, duration, residual or rivals. `data` is the JSON that
// `ChartData` in src/run/charts/ makes, or a function that returns it. `words` are the texts of
// src/run/charts/words.rs, with `locale` (BCP 47). A drawn element carries data-drawn, the number of points drawn; an element
// without data hides its figure. Charts whose elements lie within one [data-charts] share their zoom.
//
// Nothing here sets a style attribute or runs a text, so that a content policy can forbid both.
(function () {
  "use strict";

  // Okabe and Ito's colours read the same with and without colour blindness (jfly.uni-koeln.de/color);
  // cividis, the heat map's, is doi:10.1371/journal.pone.0199239.
  // Ink and paper are the page's: light or dark, and light again when it is printed.
  var INK, SOFT, LINE, PAPER, MARK;
  var BLUE = "#0072b2", ORANGE = "#d55e00", GREEN = "#009e73", GREY = "#8c959f";
  var CIVIDIS = [[0, 34, 78], [53, 69, 108], [102, 105, 112], [148, 142, 119], [200, 184, 102], [254, 232, 56]];
  var CURVE = {
    before_onset: BLUE, from_onset: ORANGE, before_end: ORANGE, after_end: BLUE, all: ORANGE
  };
  var FONT = "system-ui, 'Segoe UI', 'Liberation Sans', Arial, sans-serif";
  var DAY_MS = 86400000, CLOCK_HOURS = 24, STEPS = 254;
  // What a screen shows at once and some more; the rest gives its memory back until it is near again.
  var MOST_ALIVE = 60;
  // Width of a page of A4 within its margins, and half of it.
  var PRINT_WIDE_PX = 690, PRINT_NARROW_PX = 335;
  // So low that a suspect's evidence fits on a page.
  var PRINT_HIGH_PX = { heat_map: 170, base_load: 165, mean_day: 190, duration: 190, residual: 150 };
  // Paper asks for sharp lines; hundreds of charts at once ask for memory.
  var PRINT_RATIO_FEW = 2, PRINT_RATIO_MANY = 1.25, PRINT_MANY = 240;

  function takeColours() {
    var page = window.getComputedStyle(document.documentElement);
    var of = function (name, light) { return (!printing && page.getPropertyValue(name).trim()) || light; };
    INK = of("--ink", "#1b1f24");
    SOFT = of("--soft", "#57606a");
    LINE = of("--line", "#d0d7de");
    PAPER = of("--ground", "#fff");
    MARK = of("--red", "#b3261e");
  }

  var known = [];
  // What is in sight of the charts through time, by the element that holds them.
  var zooms = new WeakMap();
  var printing = false;

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (whole, name) {
      return name in values ? values[name] : whole;
    });
  }

  /* Numbers and dates as the reader's language writes them. Days are civil days, so UTC throughout. */

  /** Dates by the pattern of `Intl`; in Kazakh, which browsers may not know, by the names of ours. */
  function dates(words, options, kazakh) {
    if (echartsLocale(words) === "KZ") {
      return function (ms) { return window.echarts.time.format(ms, kazakh, true, "KZ"); };
    }
    options.timeZone = "UTC";
    var format = new Intl.DateTimeFormat(words.locale, options);
    return function (ms) { return format.format(ms); };
  }

  /** Kazakh writes numbers as Russian does. */
  function numberLocale(words) {
    return echartsLocale(words) === "KZ" ? "ru" : words.locale;
  }

  function formats(words) {
    var locale = numberLocale(words);
    var day = dates(words, { day: "numeric", month: "short", year: "numeric" }, "{yyyy} ж. {d} {MMM}");
    var weekday = dates(
      words, { weekday: "short", day: "numeric", month: "short", year: "numeric" }, "{ee}, {yyyy} ж. {d} {MMM}"
    );
    var score = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    var share = new Intl.NumberFormat(locale, { style: "percent" });
    var number = function (value, digits) {
      return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
    };
    var kw = function (value) {
      var size = Math.abs(value);
      return number(value, size >= 100 ? 0 : size >= 10 ? 1 : size === 0 ? 0 : 2) + "\u00a0" + words.kw;
    };
    return {
      day: function (n) { return day(n * DAY_MS); },
      weekday: function (n) { return weekday(n * DAY_MS); },
      kw: function (value) { return value === null || value === undefined ? words.missing : kw(value); },
      number: number,
      score: function (value) { return value === null ? words.unknown : score.format(value); },
      share: function (value) { return share.format(value); },
      clock: function (hour) { return (hour < 10 ? "0" : "") + hour + ":00"; }
    };
  }

  function echartsLocale(words) {
    var language = words.locale.slice(0, 2).toLowerCase();
    return language === "ru" ? "RU" : language === "kk" || language === "kz" ? "KZ" : "EN";
  }

  /* What all charts share. */

  function frame(words, grid) {
    return {
      animation: false,
      backgroundColor: PAPER,
      textStyle: { fontFamily: FONT, color: SOFT, fontSize: 11 },
      grid: grid,
      toolbox: {
        right: 4, top: 0, itemSize: 13,
        feature: { saveAsImage: { title: words.save, pixelRatio: 2, name: "hashwatt" } }
      },
      tooltip: {
        renderMode: "richText", confine: true, backgroundColor: PAPER, borderColor: LINE,
        textStyle: { color: INK, fontSize: 12, fontFamily: FONT }
      }
    };
  }

  function legend(names) {
    return {
      data: names.map(function (name) { return name.name ? name : { name: name, icon: "path://M0 3h18v3h-18z" }; }),
      left: 50, right: 40, top: 0, itemWidth: 18, itemHeight: 8,
      textStyle: { color: SOFT, fontFamily: FONT, fontSize: 11 }, selectedMode: "multiple"
    };
  }

  function axis(extra) {
    var all = {
      axisLine: { lineStyle: { color: GREY } }, axisTick: { lineStyle: { color: GREY } },
      axisLabel: { color: SOFT, fontFamily: FONT, fontSize: 11 }, splitLine: { show: false }
    };
    for (var key in extra) { all[key] = extra[key]; }
    return all;
  }

  function kwAxis(words, format) {
    return axis({
      type: "value", name: words.kw, nameLocation: "end", nameGap: 8,
      nameTextStyle: { color: SOFT, fontFamily: FONT, align: "right", padding: [0, 6, 0, 0] },
      axisLine: { show: false }, axisTick: { show: false },
      splitLine: { show: true, lineStyle: { color: LINE, width: 0.6 } }, splitNumber: 4,
      axisLabel: {
        color: SOFT, fontFamily: FONT, fontSize: 11,
        formatter: function (value) { return format.number(value, 3); }
      }
    });
  }

  /** Civil days across, as dates of the reader's language, from `first` to the day before `last`. */
  function dayAxis(words, first, last) {
    var months = dates(words, { month: "short" }, "{MMM}");
    var days = dates(words, { day: "numeric", month: "short" }, "{d} {MMM}");
    return axis({
      type: "time", min: first * DAY_MS, max: last * DAY_MS, boundaryGap: false,
      axisLabel: {
        color: SOFT, fontFamily: FONT, fontSize: 11, hideOverlap: true,
        formatter: function (value) {
          var date = new Date(value);
          if (date.getUTCDate() !== 1) { return days(value); }
          return date.getUTCMonth() === 0 ? String(date.getUTCFullYear()) : months(value);
        }
      }
    });
  }

  function zoom(isShown) {
    return [
      { type: "inside", filterMode: "none", zoomOnMouseWheel: "ctrl", moveOnMouseMove: true, moveOnMouseWheel: false, preventDefaultMouseMove: false },
      {
        type: "slider", show: isShown, filterMode: "none", height: 16, bottom: 4, brushSelect: false,
        showDetail: false, borderColor: LINE, fillerColor: "rgba(0,114,178,0.12)", showDataShadow: false
      }
    ];
  }

  /** Lines at onset and end, where they lie within the days shown. */
  function marks(data, words, format, first, last, isUpsideDown) {
    var lines = [];
    [["onset", data.onset_day], ["end", data.ended_day]].forEach(function (mark) {
      if (mark[1] === null || mark[1] === undefined || mark[1] < first || mark[1] > last) { return; }
      var isLate = mark[1] > first + 0.8 * (last - first);
      lines.push({
        xAxis: mark[1] * DAY_MS, name: words[mark[0]] + " " + format.day(mark[1]),
        label: { align: isLate ? "right" : "left" }
      });
    });
    return {
      markLine: {
        symbol: "none", silent: true, animation: false, data: lines,
        lineStyle: { color: MARK, type: [5, 3], width: 1.3 },
        label: { formatter: "{b}", color: MARK, fontFamily: FONT, fontSize: 11, position: isUpsideDown ? "start" : "end", distance: 3 }
      },
      text: lines.map(function (line) { return " " + line.name + "."; }).join("")
    };
  }

  function filled(values) {
    return (values || []).filter(function (value) { return value !== null; });
  }

  function mean(values) {
    var all = filled(values);
    return all.length ? all.reduce(function (sum, value) { return sum + value; }, 0) / all.length : null;
  }

  function tooltipLines(title, rows) {
    return [title].concat(rows.map(function (row) { return row[0] + ": " + row[1]; })).join("\n");
  }

  /* Each maker returns { option, n, about } or null where there is nothing to draw. `live(chart)` may
     add what a static option cannot say. */

  function bytesOf(text) {
    var raw = atob(text), bytes = new Uint8Array(raw.length);
    for (var i = 0; i < raw.length; i += 1) { bytes[i] = raw.charCodeAt(i); }
    return bytes;
  }

  function cividis(share) {
    var place = share * (CIVIDIS.length - 1), below = Math.min(Math.floor(place), CIVIDIS.length - 2);
    return CIVIDIS[below].map(function (low, part) {
      return Math.round(low + (place - below) * (CIVIDIS[below + 1][part] - low));
    });
  }

  /** One pixel a cell; what is missing stays clear. */
  function heatPixels(heat, bytes) {
    var canvas = document.createElement("canvas");
    canvas.width = heat.n_columns;
    canvas.height = CLOCK_HOURS;
    var context = canvas.getContext("2d");
    var image = context.createImageData(heat.n_columns, CLOCK_HOURS);
    var colours = [];
    for (var step = 0; step <= STEPS; step += 1) { colours.push(cividis(step / STEPS)); }
    for (var i = 0; i < bytes.length; i += 1) {
      if (!bytes[i]) { continue; }
      var at = 4 * ((i % CLOCK_HOURS) * heat.n_columns + Math.floor(i / CLOCK_HOURS));
      image.data.set(colours[bytes[i] - 1], at);
      image.data[at + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }

  /** Thin stripes, unlike any colour of the scale, on paper too. */
  function hatch(context, width, height, ratio) {
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
    context.strokeStyle = "#b9c0c7";
    context.lineWidth = ratio;
    context.beginPath();
    for (var x = -height; x < width; x += 6 * ratio) {
      context.moveTo(x, height);
      context.lineTo(x + height, 0);
    }
    context.stroke();
  }

  function heatMap(data, words, format) {
    var heat = data.heat;
    if (!heat) { return null; }
    var bytes = bytesOf(heat.hours), pixels = heatPixels(heat, bytes);
    var first = heat.first_day, last = first + heat.n_columns * heat.days_per_column;
    var top = heat.step_kw * STEPS;
    var shown = reach(data), at = marks(data, words, format, shown[0], shown[1], true);
    var option = frame(words, { left: 50, right: 16, top: 44, bottom: 24 });
    option.xAxis = dayAxis(words, shown[0], shown[1]);
    option.yAxis = axis({
      type: "value", min: 0, max: CLOCK_HOURS, interval: 6, inverse: true,
      axisLabel: { color: SOFT, fontFamily: FONT, fontSize: 11, formatter: format.clock }
    });
    option.dataZoom = zoom(false);
    option.tooltip.trigger = "none";
    option.visualMap = {
      type: "continuous", min: 0, max: top, calculable: false, orient: "horizontal", right: 30, top: 0,
      itemWidth: 10, itemHeight: 120, dimension: 2, hoverLink: false, seriesIndex: 0,
      text: [format.kw(top), "0"], textStyle: { color: SOFT, fontFamily: FONT, fontSize: 11 },
      inRange: { color: CIVIDIS.map(function (rgb) { return "rgb(" + rgb.join(",") + ")"; }) }
    };
    option.series = [{
      type: "custom", clip: true, silent: true, data: [[first * DAY_MS, 0, 0]], markLine: at.markLine,
      renderItem: function (params, api) {
        var left = api.coord([first * DAY_MS, 0]), right = api.coord([last * DAY_MS, CLOCK_HOURS]);
        return heatImage(params.coordSys, left, right, pixels, api.getDevicePixelRatio());
      }
    }];
    var n = 0;
    for (var i = 0; i < bytes.length; i += 1) { n += bytes[i] ? 1 : 0; }
    return {
      option: option, n: n,
      about: fill(words.about_heat_map, {
        span: fill(words.to, { from: format.day(first), to: format.day(last - 1) }), kw: format.kw(top), marks: at.text
      }),
      live: function (chart) { heatTooltip(chart, heat, bytes, words, format); }
    };
  }

  /** The part of the cells that is in sight, drawn without blur at the size it has. */
  function heatImage(area, left, right, pixels, ratio) {
    var canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(area.width * ratio));
    canvas.height = Math.max(1, Math.round(area.height * ratio));
    var context = canvas.getContext("2d");
    hatch(context, canvas.width, canvas.height, ratio);
    context.imageSmoothingEnabled = false;
    context.drawImage(
      pixels, (left[0] - area.x) * ratio, (left[1] - area.y) * ratio,
      (right[0] - left[0]) * ratio, (right[1] - left[1]) * ratio
    );
    return {
      type: "image",
      style: { image: canvas, x: area.x, y: area.y, width: area.width, height: area.height }
    };
  }

  function heatTooltip(chart, heat, bytes, words, format) {
    var canvas = chart.getZr();
    canvas.on("mousemove", function (event) {
      var place = [event.offsetX, event.offsetY];
      if (!chart.containPixel("grid", place)) { chart.dispatchAction({ type: "hideTip" }); return; }
      var point = chart.convertFromPixel("grid", place);
      var column = Math.floor((point[0] / DAY_MS - heat.first_day) / heat.days_per_column);
      var hour = Math.min(CLOCK_HOURS - 1, Math.max(0, Math.floor(point[1])));
      var byte = bytes[column * CLOCK_HOURS + hour];
      var day = heat.first_day + column * heat.days_per_column;
      var days = heat.days_per_column === 1 ? format.weekday(day)
        : fill(words.to, { from: format.day(day), to: format.day(day + heat.days_per_column - 1) });
      var kw = format.kw(byte ? (byte - 1) * heat.step_kw : null);
      var text = days + ", " + format.clock(hour) + "\n" + (byte === STEPS + 1 ? fill(words.or_more, { kw: kw }) : kw);
      chart.dispatchAction({
        type: "showTip", x: event.offsetX, y: event.offsetY,
        tooltip: { formatter: function () { return text; } }
      });
    });
    canvas.on("globalout", function () { chart.dispatchAction({ type: "hideTip" }); });
  }

  /** Points of a daily series at the middle of their days; long reads as steps from their first day. */
  function points(series, values) {
    var middle = series.is_long_reads ? 0 : series.days_per_point / 2;
    return values.map(function (kw, index) {
      return [(series.first_day + index * series.days_per_point + middle) * DAY_MS, kw];
    });
  }

  function lastDay(series) {
    return series.first_day + series.mean_kw.length * series.days_per_point;
  }

  /** First day and day after the last of all charts through time, so that they stand one below another. */
  function reach(data) {
    var first = [], last = [];
    [data.days, data.residual].forEach(function (series) {
      if (series) { first.push(series.first_day); last.push(lastDay(series)); }
    });
    if (data.heat) {
      first.push(data.heat.first_day);
      last.push(data.heat.first_day + data.heat.n_columns * data.heat.days_per_column);
    }
    return [Math.min.apply(null, first), Math.max.apply(null, last)];
  }

  function line(name, series, values, colour, width) {
    return {
      type: "line", name: name, data: points(series, values), showSymbol: false, symbol: "circle", symbolSize: 4,
      step: series.is_long_reads ? "end" : false, color: colour, lineStyle: { width: width, color: colour },
      connectNulls: false, emphasis: { disabled: true }, z: width > 1.5 ? 3 : 2
    };
  }

  function through(data, words, format, lines, hasSlider) {
    var option = frame(words, { left: 50, right: 16, top: 42, bottom: hasSlider ? 48 : 24 });
    var shown = reach(data), at = marks(data, words, format, shown[0], shown[1]);
    option.legend = legend(lines.map(function (one) { return one.name; }));
    option.xAxis = dayAxis(words, shown[0], shown[1]);
    option.yAxis = kwAxis(words, format);
    option.dataZoom = zoom(hasSlider);
    option.tooltip.trigger = "axis";
    option.tooltip.axisPointer = { type: "line", lineStyle: { color: GREY } };
    option.tooltip.formatter = function (items) {
      return tooltipLines(format.weekday(Math.floor(items[0].value[0] / DAY_MS)), items.map(function (item) {
        return [item.seriesName, format.kw(item.value[1])];
      }));
    };
    option.series = lines;
    lines[0].markLine = at.markLine;
    return { option: option, marks: at.text };
  }

  function baseLoad(data, words, format) {
    var days = data.days;
    if (!days) { return null; }
    var first = days.first_day, last = lastDay(days);
    var lines = [line(words.mean, days, days.mean_kw, GREY, 1.1)];
    if (days.base_kw.length) { lines.push(line(words.base, days, days.base_kw, BLUE, 2)); }
    var drawn = through(data, words, format, lines, true);
    return {
      option: drawn.option, n: filled(days.mean_kw).length + filled(days.base_kw).length,
      about: fill(words.about_base_load, {
        span: fill(words.to, { from: format.day(first), to: format.day(last - 1) }),
        kw: format.kw(mean(days.mean_kw)), marks: drawn.marks
      })
    };
  }

  function residual(data, words, format) {
    var left = data.residual;
    if (!left) { return null; }
    var lines = [line(words.residual_mean, left, left.mean_kw, GREY, 1.1)];
    if (left.base_kw.length) { lines.push(line(words.residual_base, left, left.base_kw, GREEN, 2)); }
    var n = filled(left.mean_kw).length + filled(left.base_kw).length;
    if (data.days) {
      lines.push(line(words.meter, data.days, data.days.mean_kw, ORANGE, 1.3));
      n += filled(data.days.mean_kw).length;
    }
    var drawn = through(data, words, format, lines, false);
    return {
      option: drawn.option, n: n,
      about: fill(words.about_residual, {
        span: fill(words.to, { from: format.day(left.first_day), to: format.day(lastDay(left) - 1) }),
        kw: format.kw(mean(left.mean_kw)), marks: drawn.marks
      })
    };
  }

  function aboutCurves(curves, words, format) {
    return curves.map(function (curve) {
      var all = filled(curve.kw);
      return fill(words.about_curve, {
        name: curve.name, low: format.kw(Math.min.apply(null, all)), high: format.kw(Math.max.apply(null, all))
      });
    }).join("; ");
  }

  function curve(name, values, colour, width, dash) {
    return {
      type: "line", name: name, data: values, showSymbol: false, color: colour, connectNulls: false,
      lineStyle: { width: width, color: colour, type: dash || "solid" }, emphasis: { disabled: true }
    };
  }

  /** The peers' quartiles as one filled shape, so that no line pretends to be a value. */
  function band(name, low, high) {
    var hours = [];
    low.forEach(function (kw, hour) { if (kw !== null && high[hour] !== null) { hours.push(hour); } });
    return {
      type: "custom", name: name, color: GREEN, silent: true, clip: true, z: 1,
      data: hours.map(function (hour) { return [hour + 0.5, low[hour], high[hour]]; }),
      encode: { x: 0, y: [1, 2] },
      renderItem: function (params, api) {
        if (params.dataIndexInside > 0) { return undefined; }
        var over = hours.map(function (hour) { return api.coord([hour + 0.5, high[hour]]); });
        var under = hours.map(function (hour) { return api.coord([hour + 0.5, low[hour]]); });
        return { type: "polygon", shape: { points: over.concat(under.reverse()) }, style: { fill: GREEN, opacity: 0.17 } };
      }
    };
  }

  function meanDay(data, words, format) {
    var curves = data.mean_days.map(function (day) {
      return { name: fill(words[day.when], { n: format.number(day.n_days, 0) }), kw: day.kw, colour: CURVE[day.when] };
    });
    if (!curves.length) { return null; }
    var byHour = function (kw) { return kw.map(function (value, hour) { return [hour + 0.5, value]; }); };
    var option = frame(words, { left: 44, right: 14, top: 62, bottom: 26 });
    option.series = curves.map(function (one) { return curve(one.name, byHour(one.kw), one.colour, 2); });
    var names = curves.map(function (one) { return one.name; });
    var n = curves.reduce(function (sum, one) { return sum + filled(one.kw).length; }, 0);
    if (data.peers) {
      option.series.push(band(words.peers, data.peers.p25_kw, data.peers.p75_kw));
      option.series.push(curve(words.peers_median, byHour(data.peers.p50_kw), GREEN, 1.4, [4, 3]));
      names.push({ name: words.peers, icon: "rect", itemStyle: { opacity: 0.3 } });
      names.push({ name: words.peers_median, icon: "path://M0 3h7v3h-7zM11 3h7v3h-7z" });
      n += filled(data.peers.p50_kw).length;
    }
    option.legend = legend(names);
    option.legend.left = 0;
    option.xAxis = axis({
      type: "value", min: 0, max: CLOCK_HOURS, interval: 6,
      axisLabel: { color: SOFT, fontFamily: FONT, fontSize: 11, formatter: format.clock }
    });
    option.yAxis = kwAxis(words, format);
    option.tooltip.trigger = "axis";
    option.tooltip.formatter = function (items) {
      var hour = Math.floor(items[0].value[0]);
      var rows = curves.map(function (one) { return [one.name, format.kw(one.kw[hour])]; });
      if (data.peers) {
        rows.push([words.peers, fill(words.to, { from: format.kw(data.peers.p25_kw[hour]), to: format.kw(data.peers.p75_kw[hour]) })]);
        rows.push([words.peers_median, format.kw(data.peers.p50_kw[hour])]);
      }
      return tooltipLines(format.clock(hour) + "–" + format.clock(hour + 1), rows);
    };
    return { option: option, n: n, about: fill(words.about_mean_day, { curves: aboutCurves(curves, words, format) }) };
  }

  function duration(data, words, format) {
    var curves = data.duration.map(function (one) {
      return {
        name: fill(words[one.when + "_hours"], { n: format.number(one.n_hours, 0) }), kw: one.kw,
        colour: CURVE[one.when]
      };
    });
    if (!curves.length) { return null; }
    var option = frame(words, { left: 44, right: 14, top: 62, bottom: 40 });
    option.series = curves.map(function (one) {
      return curve(one.name, one.kw.map(function (kw, step) { return [step / (one.kw.length - 1), kw]; }), one.colour, 2);
    });
    option.legend = legend(curves.map(function (one) { return one.name; }));
    option.legend.left = 0;
    option.xAxis = axis({
      type: "value", min: 0, max: 1, interval: 0.25, name: words.share_of_hours, nameLocation: "middle", nameGap: 22,
      nameTextStyle: { color: SOFT, fontFamily: FONT },
      axisLabel: { color: SOFT, fontFamily: FONT, fontSize: 11, formatter: format.share }
    });
    option.yAxis = kwAxis(words, format);
    option.tooltip.trigger = "axis";
    option.tooltip.formatter = function (items) {
      var title = fill(words.reached_in, { share: format.share(items[0].value[0]) });
      return tooltipLines(title, items.map(function (item) { return [item.seriesName, format.kw(item.value[1])]; }));
    };
    return {
      option: option, n: curves.reduce(function (sum, one) { return sum + filled(one.kw).length; }, 0),
      about: fill(words.about_duration, { curves: aboutCurves(curves, words, format) })
    };
  }

  function rivals(data, words, format) {
    var all = data.rivals || [];
    if (!all.length) { return null; }
    var score = format.score;
    var option = frame(words, { left: 0, right: 40, top: 4, bottom: 4, containLabel: true });
    delete option.toolbox;
    option.xAxis = axis({
      type: "value", min: 0, max: 1, interval: 0.25, splitLine: { show: true, lineStyle: { color: LINE, width: 0.6 } },
      axisLabel: { color: SOFT, fontFamily: FONT, fontSize: 11, formatter: function (value) { return format.number(value, 2); } }
    });
    option.yAxis = axis({
      type: "category", inverse: true, data: all.map(function (rival) { return rival[0]; }),
      axisTick: { show: false }, axisLabel: { color: INK, fontFamily: FONT, fontSize: 11, width: 200, overflow: "truncate", interval: 0 }
    });
    option.tooltip.formatter = function (item) { return item.name + "\n" + words.fit + ": " + score(all[item.dataIndex][1]); };
    option.series = [{
      type: "bar", barMaxWidth: 16, emphasis: { disabled: true },
      data: all.map(function (rival, index) {
        return { value: rival[1] === null ? "-" : rival[1], itemStyle: { color: index ? ORANGE : BLUE } };
      }),
      label: {
        show: true, position: "right", color: INK, fontFamily: FONT, fontSize: 11,
        formatter: function (item) { return score(all[item.dataIndex][1]); }
      }
    }];
    return {
      option: option, height: 32 + 21 * all.length, n: all.filter(function (rival) { return rival[1] !== null; }).length,
      about: fill(words.about_rivals, {
        curves: all.map(function (rival) { return rival[0] + " " + score(rival[1]); }).join("; ")
      })
    };
  }

  var MAKERS = {
    heat_map: heatMap, base_load: baseLoad, mean_day: meanDay, duration: duration, residual: residual, rivals: rivals
  };

  /* Life of a chart: promised, drawn, given back when many others are in use, drawn again. */

  function entryOf(element) {
    for (var i = 0; i < known.length; i += 1) {
      if (known[i].element === element) { return known[i]; }
    }
    var entry = { element: element, chart: null, isNear: false, used: 0 };
    known.push(entry);
    return entry;
  }

  function show(entry) {
    if (entry.chart) { return; }
    var data = typeof entry.data === "function" ? entry.data() : entry.data;
    var words = entry.words, element = entry.element;
    takeColours();
    var made = data && MAKERS[entry.name] ? MAKERS[entry.name](data, words, formats(words)) : null;
    (element.closest("figure") || element).hidden = !made;
    if (!made) { element.removeAttribute("data-drawn"); return; }
    if (made.height) { element.style.height = made.height + "px"; }
    made.option.aria = { enabled: true, label: { description: made.about } };
    entry.chart = window.echarts.init(element, null, printing ? paper(entry, words) : {
      renderer: "canvas", locale: echartsLocale(words)
    });
    entry.chart.setOption(made.option);
    if (made.live) { made.live(entry.chart); }
    join(entry);
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", made.about);
    element.setAttribute("data-drawn", String(made.n));
  }

  /** Charts through time of one suspect zoom together, those that are drawn later too. */
  function join(entry) {
    var home = entry.element.closest("[data-charts]");
    if (!home || printing || ["heat_map", "base_load", "residual"].indexOf(entry.name) < 0) { return; }
    entry.home = home;
    if (zooms.has(home)) { entry.chart.dispatchAction(zooms.get(home), { silent: true }); }
    entry.chart.on("datazoom", function (event) {
      var one = event.batch ? event.batch[0] : event;
      var action = { type: "dataZoom", dataZoomIndex: 0, start: one.start, end: one.end };
      zooms.set(home, action);
      alive().forEach(function (other) {
        if (other.home === home && other !== entry) { other.chart.dispatchAction(action, { silent: true }); }
      });
    });
  }

  function giveBack(entry) {
    if (!entry.chart) { return; }
    entry.chart.dispose();
    entry.chart = null;
  }

  function alive() {
    return known.filter(function (entry) { return entry.chart; });
  }

  function spare() {
    var idle = alive().filter(function (entry) { return !entry.isNear; });
    idle.sort(function (a, b) { return a.used - b.used; });
    idle.slice(0, Math.max(0, alive().length - MOST_ALIVE)).forEach(giveBack);
  }

  var clock = 0;
  var observer = typeof IntersectionObserver === "undefined" ? null : new IntersectionObserver(function (seen) {
    if (printing) { return; }
    seen.forEach(function (one) {
      var entry = entryOf(one.target);
      entry.isNear = one.isIntersecting;
      clock += 1;
      entry.used = clock;
      if (one.isIntersecting) { show(entry); }
    });
    spare();
  }, { rootMargin: "600px 0px" });

  function draw(element, chart, data, words) {
    var entry = entryOf(element);
    giveBack(entry);
    entry.name = chart;
    entry.data = data;
    entry.words = words;
    entry.isNear = true;
    show(entry);
  }

  function drawAll(root, data, words) {
    Array.prototype.forEach.call(root.querySelectorAll("[data-chart]"), function (element) {
      if (!observer) { draw(element, element.dataset.chart, data, words); return; }
      var entry = entryOf(element);
      giveBack(entry);
      entry.name = element.dataset.chart;
      entry.data = data;
      entry.words = words;
      observer.unobserve(element);
      observer.observe(element);
    });
  }

  function resize() {
    known = known.filter(function (entry) {
      if (!document.documentElement.contains(entry.element)) { giveBack(entry); return false; }
      return true;
    });
    if (!printing) { alive().forEach(function (entry) { entry.chart.resize({ width: "auto", height: "auto" }); }); }
  }

  /* Paper: every chart, at a size that fits. */

  function paper(entry, words) {
    var isNarrow = entry.element.closest(".narrow") !== null;
    return {
      renderer: "canvas", locale: echartsLocale(words),
      devicePixelRatio: known.length > PRINT_MANY ? PRINT_RATIO_MANY : PRINT_RATIO_FEW,
      width: isNarrow ? PRINT_NARROW_PX : PRINT_WIDE_PX, height: PRINT_HIGH_PX[entry.name] || "auto"
    };
  }

  /** Takes away what only a pointer can use. */
  function dress(entry) {
    var option = entry.chart.getOption();
    var bare = {};
    if (option.toolbox) { bare.toolbox = { show: false }; }
    if (option.dataZoom) { bare.dataZoom = option.dataZoom.map(function () { return { show: false }; }); }
    if (entry.name === "base_load") { bare.grid = { bottom: 24 }; }
    entry.chart.setOption(bare);
  }

  function toPaper() {
    printing = true;
    known.forEach(function (entry) {
      if (!entry.data || entry.element.closest("[hidden]")) { return; }
      giveBack(entry);
      show(entry);
      if (!entry.chart) { return; }
      dress(entry);
      entry.chart.getZr().flush();
    });
  }

  function fromPaper() {
    printing = false;
    alive().forEach(giveBack);
    known.forEach(function (entry) { if (entry.isNear) { show(entry); } });
  }

  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", fromPaper);
  if (window.matchMedia) {
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", fromPaper);
  }
  var waiting = null;
  window.addEventListener("resize", function () {
    clearTimeout(waiting);
    waiting = setTimeout(resize, 120);
  });

  window.hashwattCharts = { draw: draw, drawAll: drawAll, resize: resize };
})();
