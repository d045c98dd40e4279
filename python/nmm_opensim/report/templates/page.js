"use strict";
// Draws every plot of the page, and lets windows of time and muscles be chosen.

const plots = JSON.parse(document.getElementById("plots").textContent);
const strides = JSON.parse(document.getElementById("strides").textContent);
const config = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d"] };
const OVERLAY_POINTS = 101;

// What is chosen in each run: a window ("all", "overlay" or a stride's number), and hidden muscles.
const chosen = {};
for (const run of Object.keys(strides)) chosen[run] = { window: "all", hidden: new Set() };

function addTime(plot) {
  return plot.data.map((trace) => (plot.time && !trace.x ? { ...trace, x: plot.time } : trace));
}

function sampleAt(time, values, t) {
  // Linear between frames; null where there is no number.
  let high = time.findIndex((value) => value >= t - 1e-9);
  if (high === -1) high = time.length - 1;
  if (high === 0 || Math.abs(time[high] - t) < 1e-9) return values[high];
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

function hideMuscles(traces, hidden) {
  return traces.map((trace) =>
    trace.meta && hidden.has(trace.meta.muscle) && trace.meta.many ? { ...trace, visible: false } : trace
  );
}

function draw(place) {
  const plot = plots[place.id];
  const run = place.dataset.run;
  const state = run ? chosen[run] : { window: "all", hidden: new Set() };
  const layout = structuredClone(plot.layout);
  let traces;
  if (state.window === "overlay") {
    traces = overlayTraces(plot, strides[run]);
    layout.xaxis.title.text = "share of the window (%)";
  } else {
    traces = addTime(plot);
    if (state.window !== "all") layout.xaxis.range = strides[run][Number(state.window)].slice(1);
  }
  return Plotly.react(place, hideMuscles(traces, state.hidden), layout, config);
}

function drawRun(run) {
  for (const place of document.querySelectorAll(`.plot[data-run="${run}"]`)) draw(place);
}

for (const select of document.querySelectorAll("select[data-window]")) {
  select.addEventListener("change", () => {
    const run = select.dataset.window;
    chosen[run].window = select.value;
    for (const other of document.querySelectorAll(`select[data-window="${run}"]`)) other.value = select.value;
    drawRun(run);
  });
}

function showMuscle(box, shown) {
  const { run, muscle } = box.dataset;
  if (shown) chosen[run].hidden.delete(muscle);
  else chosen[run].hidden.add(muscle);
  for (const other of document.querySelectorAll(`input[data-run="${run}"]`)) {
    if (other.dataset.muscle === muscle) other.checked = shown;
  }
}

for (const box of document.querySelectorAll("input[data-muscle]")) {
  box.addEventListener("change", () => {
    showMuscle(box, box.checked);
    drawRun(box.dataset.run);
  });
}

for (const button of document.querySelectorAll("button[data-choose]")) {
  button.addEventListener("click", () => {
    const { run, choose } = button.dataset;
    for (const box of document.querySelectorAll(`input[data-run="${run}"]`)) {
      showMuscle(box, choose === "all" || box.dataset.kind === choose);
    }
    drawRun(run);
  });
}

// Paper is as wide as it is: plots follow it, and tables that a screen folds away are printed.
function resizeAll() {
  for (const place of document.querySelectorAll(".plot")) Plotly.Plots.resize(place);
}
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details.printed")) details.open = true;
  resizeAll();
});
addEventListener("afterprint", resizeAll);

Promise.all([...document.querySelectorAll(".plot")].map(draw)).then(() => {
  document.documentElement.dataset.drawn = "yes";
});
