"use strict";
// Draws every plot of the page, and lets windows of time and muscles be chosen.

const plots = JSON.parse(document.getElementById("plots").textContent);
const strides = JSON.parse(document.getElementById("strides").textContent);
const config = {
  responsive: true,
  displaylogo: false,
  // On a telephone the tools would cover the legend; dragging zooms and a double tap goes back.
  displayModeBar: matchMedia("(max-width: 40rem)").matches ? false : "hover",
  modeBarButtons: [["toImage"], ["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]],
};
const OVERLAY_POINTS = 101;

// Each run's chosen window: "all", "overlay" or a stride's number.
const chosen = Object.fromEntries(Object.keys(strides).map((run) => [run, "all"]));

function addTime(plot) {
  return plot.data.map((trace) => (plot.time && !trace.x ? { ...trace, x: plot.time } : trace));
}

function sampleAt(time, values, t) {
  // Linear between frames; null where there is none: EMG ends before the motion that it causes.
  let high = 0;
  for (let end = time.length; high < end; ) {
    const middle = (high + end) >> 1;
    if (time[middle] >= t - 1e-9) end = middle;
    else high = middle + 1;
  }
  if (high === time.length) return null;
  if (Math.abs(time[high] - t) < 1e-9) return values[high];
  if (high === 0) return null;
  const low = high - 1;
  if (values[low] === null || values[high] === null) return null;
  const share = (t - time[low]) / (time[high] - time[low]);
  return values[low] + share * (values[high] - values[low]);
}

function overlayTraces(plot, windows) {
  // Each window's lines over 0 to 100 % of it; later windows are paler, the legend names a line once.
  const percent = Array.from({ length: OVERLAY_POINTS }, (_, i) => (100 * i) / (OVERLAY_POINTS - 1));
  return windows.flatMap(([name, start, end], number) =>
    plot.data.map((trace) => ({
      ...trace,
      x: percent,
      y: percent.map((p) => sampleAt(plot.time, trace.y, start + (p / 100) * (end - start))),
      legendgroup: trace.legendgroup || trace.name,
      showlegend: trace.showlegend !== false && number === 0,
      opacity: 1 - (0.6 * number) / Math.max(1, windows.length - 1),
      text: name.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;"),
      hovertemplate: "%{y:.4g} (%{text})",
    }))
  );
}

function listHidden(place) {
  const boxes = document.querySelectorAll(`input[data-plot="${place.id}"]`);
  return new Set([...boxes].filter((box) => !box.checked).map((box) => box.dataset.muscle));
}

function draw(place) {
  const plot = plots[place.id];
  const run = place.dataset.run;
  const choice = run ? chosen[run] : "all";
  const layout = structuredClone(plot.layout);
  let traces;
  if (choice === "overlay") {
    traces = overlayTraces(plot, strides[run]);
    // Spans of time have no place on this axis.
    layout.shapes = [];
    layout.xaxis.title.text = "share of the window (%)";
  } else {
    traces = addTime(plot);
    if (choice !== "all") layout.xaxis.range = strides[run][Number(choice)].slice(1);
  }
  const hidden = listHidden(place);
  traces = traces.map((trace) => ({ ...trace, visible: !hidden.has(trace.meta?.muscle) }));
  return Plotly.react(place, traces, layout, config);
}

function drawRun(run) {
  for (const place of document.querySelectorAll(`.plot[data-run="${run}"]`)) draw(place);
}

for (const select of document.querySelectorAll("select[data-window]")) {
  select.addEventListener("change", () => {
    const run = select.dataset.window;
    chosen[run] = select.value;
    for (const other of document.querySelectorAll(`select[data-window="${run}"]`)) other.value = select.value;
    drawRun(run);
  });
}

function drawPlot(id) {
  draw(document.getElementById(id));
}

for (const box of document.querySelectorAll("input[data-muscle]")) {
  box.addEventListener("change", () => drawPlot(box.dataset.plot));
}

for (const button of document.querySelectorAll("button[data-choose]")) {
  button.addEventListener("click", () => {
    const { plot, choose } = button.dataset;
    for (const box of document.querySelectorAll(`input[data-plot="${plot}"]`)) {
      box.checked = choose === "all" || box.dataset.kind === choose;
    }
    drawPlot(plot);
  });
}

// Before printing the page takes the width of paper, so that plots can be drawn to it at once, and
// tables that a screen folds away are shown.
function fitPlots() {
  for (const place of document.querySelectorAll(".plot")) {
    Plotly.relayout(place, { width: place.clientWidth });
  }
}

addEventListener("beforeprint", () => {
  document.documentElement.classList.add("paper");
  for (const details of document.querySelectorAll("details.printed")) details.open = true;
  fitPlots();
});

addEventListener("afterprint", () => {
  document.documentElement.classList.remove("paper");
  for (const place of document.querySelectorAll(".plot")) Plotly.relayout(place, { width: null, autosize: true });
});

Promise.all([...document.querySelectorAll(".plot")].map(draw)).then(() => {
  document.documentElement.dataset.drawn = "yes";
});
