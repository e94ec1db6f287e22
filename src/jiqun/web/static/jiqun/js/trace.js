// The course of a point around something: a limit that is being typed, or a warning with the range its detector learnt.
// <div data-trace data-base data-point|data-form data-start data-end [data-low data-high data-level] [data-began data-ended]>
const styles = getComputedStyle(document.body);
const colour = (name) => styles.getPropertyValue(`--${name}`).trim();
const SHANGHAI = 8 * 3600e3; // pages speak the time of Shanghai wherever the browser stands: shifted, then drawn as UTC
const STEP_AT_MOST = 90e6; // a box says an unchanged value again after a minute
const at8 = (us) => Number(us) / 1000 + SHANGHAI;

function columns(told) {
  const most = Math.max(told.bucket_us * 1.5, told.bucket_us ? 0 : STEP_AT_MOST);
  const found = { low: [], band: [], mean: [] };
  told.t_us.forEach((at, place) => {
    const before = told.t_us[place - 1];
    if (before !== undefined && at - before > most) {
      Object.values(found).forEach((one) => one.push([at8((before + at) / 2), null]));
    }
    const [least, greatest] = [told.low[place], told.high[place]];
    found.low.push([at8(at), least]);
    found.band.push([at8(at), least === null ? null : greatest - least]);
    found.mean.push([at8(at), told.mean[place]]);
  });
  return found;
}

function marks(box) {
  const words = box.dataset;
  const limit = words.form ? Number.parseFloat(document.getElementById("setpoint").value) : Number.NaN;
  const lines = Number.isFinite(limit) ? [{ yAxis: limit, name: words.limit, lineStyle: { color: colour("bad"), type: "solid", width: 1.5 } }] : [];
  if (words.level) lines.push({ yAxis: Number(words.level), label: { show: false }, lineStyle: { color: colour("estimate"), type: "dashed" } });
  const areas = [];
  if (words.low) areas.push([{ yAxis: Number(words.low), name: words.band, itemStyle: { color: colour("estimate"), opacity: 0.12 } }, { yAxis: Number(words.high) }]);
  if (words.began) areas.push([{ xAxis: at8(words.began), name: words.warned, itemStyle: { color: colour("target-2"), opacity: 0.2 }, label: { color: colour("target") } }, { xAxis: at8(words.ended) }]);
  return { lines, areas, reach: [limit, Number(words.low ?? Number.NaN), Number(words.high ?? Number.NaN)].filter(Number.isFinite) };
}

function option(box, told) {
  const { low, band, mean } = columns(told);
  const { lines, areas, reach } = marks(box);
  const flat = { type: "line", animation: false, connectNulls: false };
  const bare = { ...flat, stack: "band", stackStrategy: "all", lineStyle: { opacity: 0 }, showSymbol: false, silent: true };
  return {
    animation: false, useUTC: true,
    textStyle: { fontFamily: styles.fontFamily, color: colour("ink-2") },
    grid: { left: 12, right: 20, top: 28, bottom: 8, containLabel: true },
    xAxis: { type: "time", min: at8(box.dataset.start), max: at8(box.dataset.end), axisLabel: { color: colour("ink-3"), hideOverlap: true }, axisLine: { lineStyle: { color: colour("line-2") } } },
    yAxis: {
      type: "value", scale: true, name: told.unit, nameTextStyle: { color: colour("ink-3"), align: "left" }, axisLabel: { color: colour("ink-3"), formatter: (value) => `${Number(value.toPrecision(5))}`, showMinLabel: false, showMaxLabel: false }, splitLine: { lineStyle: { color: colour("line") } },
      min: (span) => (reach.length ? Math.min(span.min, ...reach) : null), max: (span) => (reach.length ? Math.max(span.max, ...reach) : null),
    },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, backgroundColor: colour("ink"), borderWidth: 0, textStyle: { color: colour("panel"), fontSize: 12 }, formatter: (items) => tip(told, items) },
    series: [
      { ...bare, data: low },
      { ...bare, data: band, areaStyle: { color: colour("actual"), opacity: 0.22 } },
      {
        ...flat, data: mean, showSymbol: mean.length < 40, symbolSize: 5, lineStyle: { width: 1.5, color: colour("actual") }, itemStyle: { color: colour("actual") },
        markLine: { silent: true, symbol: "none", animation: false, label: { formatter: "{b} {c}", position: "insideEndTop" }, data: lines },
        markArea: { silent: true, animation: false, label: { color: colour("estimate"), position: "insideTopLeft" }, data: areas },
      },
    ],
  };
}

function tip(told, items) {
  const item = items.at(-1);
  const place = item ? told.t_us.findIndex((at) => at8(at) === item.value[0]) : -1;
  if (place < 0 || told.mean[place] === null) return "";
  const number = (value) => Number(value.toPrecision(6));
  const range = told.low[place] === told.high[place] ? "" : `\n${number(told.low[place])} – ${number(told.high[place])}`;
  return `${new Date(item.value[0]).toISOString().slice(0, 19).replace("T", " ")}\n${number(told.mean[place])} ${told.unit}${range}`;
}

function note(box, text) {
  let line = box.nextElementSibling;
  if (!line?.matches(".trace-told")) {
    line = document.createElement("p");
    line.className = "trace-told";
    box.after(line);
  }
  line.textContent = text;
}

async function draw(box) {
  const point = box.dataset.form ? document.getElementById("point").value : box.dataset.point;
  if (!point) return note(box, "");
  if (box.shown !== point) {
    box.shown = point;
    const query = `start_us=${box.dataset.start}&end_us=${box.dataset.end}&most=800`;
    try {
      const answer = await fetch(`${box.dataset.base}${encodeURIComponent(point)}/series?${query}`, { headers: { Accept: "application/json" } });
      if (box.shown !== point) return undefined;
      box.told = answer.ok ? await answer.json() : null;
    } catch {
      box.told = null;
    }
    note(box, box.told ? (box.told.t_us.length ? "" : box.dataset.none) : box.dataset.failed);
  }
  if (!box.told) return undefined;
  box.chart ??= window.echarts.init(box, null, { renderer: "canvas" });
  if (!box.watching) {
    box.watching = new ResizeObserver(() => box.chart.resize());
    box.watching.observe(box);
  }
  return box.chart.setOption(option(box, box.told), { notMerge: true });
}

for (const box of document.querySelectorAll("[data-trace]")) {
  draw(box);
  const form = box.dataset.form && document.getElementById(box.dataset.form);
  form?.addEventListener("input", () => draw(box));
}
