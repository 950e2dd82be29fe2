/* Draws what `{% echart %}` put into the page as JSON. SVG renderer, pictures described for screen
   readers, patterns beside colours, tooltips without markup: nothing that the content policy refuses. */
(() => {
  "use strict";
  const TONES = ["managed", "independent", "undisclosed", "disputed", "none", "6"];
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /* A token may be light-dark(a, b); a probe resolves it to the colour of the moment. */
  const colour = (name) => {
    const probe = document.createElement("span");
    probe.className = `m-probe-${name}`;
    document.body.append(probe);
    const value = getComputedStyle(probe).color;
    probe.remove();
    return value;
  };

  const option = (data, small) => {
    const ink = colour("ink");
    const quiet = colour("ink-2");
    const line = colour("line");
    const surface = colour("surface");
    const unit = data.unit ? ` ${data.unit}` : "";
    const numbers = new Intl.NumberFormat(document.documentElement.lang);
    const compact = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact" });
    const bars = data.kind === "bar" || data.kind === "stacked";
    const stacked = data.kind === "stacked" || data.kind === "area";
    return {
      animation: false,
      aria: { enabled: true, label: { enabled: false }, decal: { show: data.series.length > 1 && bars } },
      color: data.series.map((series, index) => colour(`series-${series.tone ?? TONES[index % TONES.length]}`)),
      textStyle: { color: ink, fontFamily: token("--m-font"), fontSize: 13 },
      grid: { left: 8, right: 16, top: data.series.length > 1 ? (small ? 16 + 24 * Math.ceil(data.series.length / 2) : 40) : 16, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      legend: data.series.length > 1 ? { top: 0, left: 0, type: "plain", itemGap: 16, textStyle: { color: ink, fontSize: 13 } } : undefined,
      tooltip: {
        trigger: "axis",
        renderMode: "richText",
        confine: true,
        backgroundColor: surface,
        borderColor: line,
        textStyle: { color: ink, fontSize: 13 },
        axisPointer: { type: bars ? "shadow" : "line" },
        valueFormatter: (value) => (value == null ? "–" : numbers.format(value) + unit),
      },
      xAxis: {
        type: "category",
        data: data.x,
        boundaryGap: bars,
        axisLine: { lineStyle: { color: quiet } },
        axisTick: { show: false },
        // Every bar has its name; on a phone the names stand aslant.
        axisLabel: { color: quiet, hideOverlap: !bars, interval: bars ? 0 : undefined, rotate: bars && small ? 40 : 0 },
      },
      yAxis: {
        type: "value",
        splitLine: { lineStyle: { color: line } },
        axisLabel: { color: quiet, formatter: (value) => compact.format(value) + unit },
      },
      series: data.series.map((series) => ({
        name: series.name,
        type: bars ? "bar" : "line",
        data: series.data,
        stack: stacked ? "all" : undefined,
        areaStyle: data.kind === "area" ? { opacity: 0.35 } : undefined,
        barMaxWidth: 48,
        symbolSize: 6,
        showSymbol: data.x.length <= 31,
        lineStyle: { width: 2 },
        itemStyle: bars ? { borderColor: surface, borderWidth: stacked ? 1 : 0 } : undefined,
        emphasis: { disabled: true },
      })),
    };
  };

  const charts = new Map();
  const draw = (place) => {
    const source = document.getElementById(place.dataset.echart);
    if (!source || !window.echarts) return;
    charts.get(place)?.dispose();
    place.hidden = false;
    const label = place.getAttribute("aria-label");
    const chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption(option(JSON.parse(source.textContent), place.clientWidth < 480));
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", label);
    charts.set(place, chart);
    place.closest("figure").querySelector("details[data-open-without-script]")?.removeAttribute("open");
  };

  const drawAll = (root) => root.querySelectorAll("[data-echart]").forEach(draw);
  const start = () => {
    drawAll(document);
    new ResizeObserver(() => charts.forEach((chart) => chart.resize())).observe(document.body);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => charts.forEach((_chart, place) => draw(place)));
    new MutationObserver(() => charts.forEach((_chart, place) => draw(place))).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
    document.addEventListener("htmx:load", (event) => {
      charts.forEach((chart, place) => {
        if (!place.isConnected) {
          chart.dispose();
          charts.delete(place);
        }
      });
      if (event.detail.elt !== document.body) drawAll(event.detail.elt);
    });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
