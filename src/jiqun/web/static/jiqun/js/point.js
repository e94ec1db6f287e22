// One point as a chart: a band from least to greatest and the mean; gaps stay gaps; zooming asks the server again.
const styles = getComputedStyle(document.body);
const colour = (name) => styles.getPropertyValue(`--${name}`).trim();
const panel = document.getElementById("point-panel");
const HOUR = 3600e6;
const SHANGHAI = 8 * 3600e3; // pages speak the time of Shanghai wherever the browser stands: shifted, then drawn as UTC
const STEP_AT_MOST = 90e6; // a box says an unchanged value again after a minute
let chart = null;
let asked = 0;
let shown = null;
const at8 = (us) => us / 1000 + SHANGHAI;

function holes(told) {
  const steps = told.t_us.slice(1).map((at, place) => at - told.t_us[place]).sort((a, b) => a - b);
  const usual = steps.length ? steps[Math.floor(steps.length / 2)] : 0;
  return Math.max(told.bucket_us * 1.5, told.bucket_us ? 0 : STEP_AT_MOST, told.bucket_us ? 0 : usual * 3);
}

function columns(told) {
  const most = holes(told);
  const low = [];
  const band = [];
  const mean = [];
  told.t_us.forEach((at, place) => {
    const before = told.t_us[place - 1];
    if (before !== undefined && at - before > most) {
      const between = at8((before + at) / 2);
      [low, band, mean].forEach((one) => one.push([between, null]));
    }
    const [least, greatest] = [told.low[place], told.high[place]];
    low.push([at8(at), least]);
    band.push([at8(at), least === null ? null : greatest - least]);
    mean.push([at8(at), told.mean[place]]);
  });
  return { low, band, mean };
}

function option(told) {
  const { low, band, mean } = columns(told);
  const words = panel.dataset;
  const flat = { showSymbol: mean.length < 40, symbolSize: 5, connectNulls: false, animation: false };
  return {
    animation: false, useUTC: true,
    textStyle: { fontFamily: styles.fontFamily, color: colour("ink-2") },
    grid: { left: 12, right: 20, top: 28, bottom: 56, containLabel: true },
    xAxis: { type: "time", min: at8(told.start_us), max: at8(told.end_us), axisLabel: { color: colour("ink-3"), hideOverlap: true }, axisLine: { lineStyle: { color: colour("line-2") } } },
    yAxis: { type: "value", scale: true, name: told.unit, nameTextStyle: { color: colour("ink-3"), align: "left" }, axisLabel: { color: colour("ink-3") }, splitLine: { lineStyle: { color: colour("line") } } },
    dataZoom: [{ type: "inside", filterMode: "none" }, { type: "slider", height: 18, bottom: 10, filterMode: "none", showDataShadow: false }],
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, backgroundColor: colour("ink"), borderWidth: 0, textStyle: { color: colour("panel"), fontSize: 12 },
      formatter: (items) => tip(told, items),
    },
    series: [
      { ...flat, type: "line", name: "low", data: low, stack: "band", stackStrategy: "all", lineStyle: { opacity: 0 }, showSymbol: false, silent: true },
      { ...flat, type: "line", name: words.band, data: band, stack: "band", stackStrategy: "all", lineStyle: { opacity: 0 }, showSymbol: false, areaStyle: { color: colour("actual"), opacity: 0.22 }, silent: true },
      {
        ...flat, type: "line", name: words.mean, data: mean, lineStyle: { width: 1.5, color: colour("actual") }, itemStyle: { color: colour("actual") },
        markArea: { silent: true, itemStyle: { color: colour("unknown"), opacity: 0.7 }, label: { color: colour("ink-2") }, data: told.gaps.map(([from, to]) => [{ xAxis: at8(from), name: words.gap }, { xAxis: at8(to) }]) },
      },
    ],
  };
}

function tip(told, items) {
  const item = items.find((one) => one.seriesName === panel.dataset.mean && one.value[1] !== null);
  if (!item) return "";
  const place = told.t_us.findIndex((at) => at8(at) === item.value[0]);
  if (place < 0) return "";
  const when = new Date(item.value[0]).toISOString().slice(0, 19).replace("T", " ");
  const number = (value) => (value === null ? "—" : Number(value.toPrecision(6)));
  const range = told.low[place] === told.high[place] ? "" : `\n${panel.dataset.band}: ${number(told.low[place])} – ${number(told.high[place])}`;
  return `${when}\n${number(told.mean[place])} ${told.unit}${range}\nn = ${told.count[place]}`;
}

async function ask(start, end, keep) {
  const mine = ++asked;
  const told = document.getElementById("point-told");
  let answer;
  try {
    const wide = Math.max(200, Math.min(1500, Math.round(document.getElementById("point-chart").clientWidth * 1.5)));
    const response = await fetch(`${shown.address}?start_us=${Math.round(start)}&end_us=${Math.round(end)}&most=${wide}`, { headers: { Accept: "application/json" } });
    answer = response.ok ? await response.json() : null;
  } catch {
    answer = null;
  }
  if (mine !== asked) return;
  if (!answer) {
    told.textContent = panel.dataset.failed;
    return;
  }
  told.textContent = answer.t_us.length ? `${answer.t_us.length} × ${answer.bucket_us ? `${answer.bucket_us / 1e6} s` : "1"} · ${answer.source}` : panel.dataset.none;
  draw(answer, keep);
}

function draw(answer) {
  const box = document.getElementById("point-chart");
  if (!chart) {
    chart = window.echarts.init(box, null, { renderer: "canvas" });
    new ResizeObserver(() => chart.resize()).observe(box);
    chart.on("datazoom", zoomed);
  }
  shown.start = answer.start_us;
  shown.end = answer.end_us;
  chart.setOption(option(answer), { notMerge: true });
}

let waiting = 0;
function zoomed() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const zoom = chart.getOption().dataZoom[0];
    const length = shown.end - shown.start;
    const start = shown.start + (length * zoom.start) / 100;
    const end = shown.start + (length * zoom.end) / 100;
    if (end - start < length * 0.98 && end - start > 2e6) ask(start, end);
  }, 250);
}

function openPoint(button) {
  panel.hidden = false;
  const { series, name, start, end } = button.dataset;
  shown = { address: series, start: Number(start), end: Number(end), last: Number(end) };
  document.getElementById("point-name").textContent = name;
  ask(shown.start, shown.end);
  panel.scrollIntoView({ behavior: "smooth", block: "nearest" });
}

for (const button of document.querySelectorAll(".point-open")) {
  button.addEventListener("click", () => openPoint(button));
}
for (const button of panel?.querySelectorAll("[data-hours]") ?? []) {
  button.addEventListener("click", () => ask(Math.max(1, shown.last - Number(button.dataset.hours) * HOUR), shown.last));
}
