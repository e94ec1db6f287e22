// Charts: each <div class="chart" data-chart="KIND"> is drawn from the JSON in data-json, or in the block data-from names.
// Tooltips are drawn on the canvas, because the content policy forbids inline styles in markup.
const styles = getComputedStyle(document.body);
const colour = (name) => styles.getPropertyValue(`--${name}`).trim();
const FONT = styles.fontFamily;
const SYMBOL = { actual: "circle", target: "diamond", estimate: "emptyCircle", claim: "triangle" };

function shared() {
  return {
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    textStyle: { fontFamily: FONT, color: colour("ink-2") },
    grid: { left: 12, right: 24, top: 44, bottom: 12, containLabel: true },
    tooltip: {
      renderMode: "richText", confine: true, backgroundColor: colour("ink"), borderWidth: 0,
      textStyle: { color: colour("panel"), fontSize: 12, fontFamily: FONT },
    },
    legend: { type: "scroll", top: 4, left: 4, right: 4, itemWidth: 12, itemHeight: 10, textStyle: { color: colour("ink-2") } },
  };
}

function axis(extra) {
  return {
    axisLine: { lineStyle: { color: colour("line-2") } }, axisTick: { show: false },
    axisLabel: { color: colour("ink-3"), hideOverlap: true }, splitLine: { lineStyle: { color: colour("line") } },
    ...extra,
  };
}

function shade(status, turn) {
  const shaded = turn > 0 && (status === "actual" || status === "target");
  return colour(shaded ? `${status}-${2 + ((turn - 1) % 2)}` : status);
}

function series(data) {
  const turns = {};
  for (const line of data.series) {
    turns[line.status] = (turns[line.status] ?? -1) + 1;
    line.colour = shade(line.status, turns[line.status]);
  }
  return {
    ...shared(),
    xAxis: axis({ type: "category", data: data.periods, splitLine: { show: false }, boundaryGap: true }),
    yAxis: axis({ type: "value", scale: true, boundaryGap: ["8%", "8%"], axisLine: { show: false } }),
    tooltip: { ...shared().tooltip, trigger: "item", formatter: (point) => point.data.tip },
    series: data.series.map((line) => ({
      connectNulls: true,
      name: line.name,
      type: line.joined ? "line" : "scatter",
      symbol: SYMBOL[line.status], symbolSize: line.status === "target" ? 13 : 10,
      lineStyle: { width: 2, color: line.colour },
      itemStyle: line.status === "target" || line.status === "estimate"
        ? { color: colour("panel"), borderColor: line.colour, borderWidth: 2 }
        : { color: line.colour },
      data: line.points.map((p) => ({ value: [p.on, p.value], tip: p.tip, why: p.why })),
    })),
  };
}

function ranking(data) {
  return {
    ...shared(), legend: { show: false }, grid: { left: 12, right: 64, top: 8, bottom: 8, containLabel: true },
    xAxis: axis({ type: "value", name: "", axisLabel: { color: colour("ink-3"), hideOverlap: true } }),
    yAxis: axis({ type: "category", inverse: true, data: data.rows.map((row) => row.name), splitLine: { show: false } }),
    tooltip: { ...shared().tooltip, trigger: "item", formatter: (point) => point.data.tip },
    series: [{
      type: "bar", barMaxWidth: 16, itemStyle: { color: colour("q3"), borderRadius: [0, 3, 3, 0] },
      label: { show: true, position: "right", color: colour("ink-2"), formatter: (point) => point.data.say },
      data: data.rows.map((row) => ({ value: row.value, tip: row.tip, why: row.why, say: row.say })),
    }],
  };
}

// Lines over years, a colour and a shape for each.
const SHADES = [["actual", "circle"], ["target", "diamond"], ["estimate", "triangle"], ["claim", "rect"], ["actual-2", "circle"]];

function stack(data) {
  return {
    ...shared(),
    xAxis: axis({ type: "category", data: data.periods, splitLine: { show: false } }),
    yAxis: axis({ type: "value", minInterval: 1, axisLine: { show: false } }),
    tooltip: { ...shared().tooltip, trigger: "axis" },
    series: data.series.map((line, turn) => ({
      name: line.name, type: "line", data: line.points, symbolSize: 8, symbol: SHADES[turn % SHADES.length][1],
      lineStyle: { width: 2, color: colour(SHADES[turn % SHADES.length][0]) },
      itemStyle: { color: colour(SHADES[turn % SHADES.length][0]) },
    })),
  };
}

// A radar cannot leave a corner out: what nobody has told is drawn without a dot, and the tip says so.
function radar(data) {
  const narrow = window.innerWidth < 640;
  const area = (name, values, shade, filled) => ({
    name, value: values.map((value) => value ?? 0), symbol: "none",
    lineStyle: { width: 2, color: colour(shade), type: filled ? "solid" : "dashed" },
    areaStyle: filled ? { color: colour(shade), opacity: 0.16 } : undefined, itemStyle: { color: colour(shade) },
  });
  const told = data.levels.map((value, turn) => `${data.names[turn]}: ${value ?? "—"}`).join("\n");
  return {
    ...shared(),
    tooltip: { ...shared().tooltip, trigger: "item", formatter: () => told },
    radar: {
      radius: narrow ? "54%" : "64%", center: ["50%", "54%"], splitNumber: data.highest,
      axisName: { color: colour("ink-2"), fontSize: narrow ? 10 : 12 }, axisNameGap: 6,
      indicator: data.names.map((name, turn) => ({
        name: data.levels[turn] === null ? `${name} ?` : name, max: data.highest, min: 0,
      })),
      splitArea: { show: false }, splitLine: { lineStyle: { color: colour("line") } }, axisLine: { lineStyle: { color: colour("line") } },
    },
    series: [{
      type: "radar",
      data: [area(data.name, data.levels, "actual", true), ...(data.needed.length ? [area(data.next, data.needed, "target", false)] : [])],
    }],
  };
}

const GRADE_SIGNS = ["circle", "triangle", "diamond", "rect"];
const GRADE_COLOURS = ["actual", "estimate", "target", "claim"];

function scatter(data) {
  const groups = data.grades.map((name, place) => ({ name, mark: String(place) }));
  groups.push({ name: data.none, mark: "-" });
  const of = (mark) => data.points.flatMap((point, place) => data.marks[place] !== mark ? [] : [{
    value: point, href: data.addresses[place], tip: `${data.names[place]}\n${data.axes[0]} ${point[0]}\n${data.axes[1]} ${point[1]}`,
  }]);
  return {
    ...shared(), grid: { left: 12, right: 24, top: 72, bottom: 40, containLabel: true },
    dataZoom: [{ type: "inside", xAxisIndex: 0, filterMode: "none" }, { type: "inside", yAxisIndex: 0, filterMode: "none" }],
    xAxis: axis({ type: "value", name: data.axes[0], nameLocation: "middle", nameGap: 28, nameTextStyle: { color: colour("ink-3") } }),
    yAxis: axis({ type: "value", name: data.axes[1], nameGap: 12, nameTextStyle: { color: colour("ink-3"), align: "left" } }),
    tooltip: { ...shared().tooltip, trigger: "item", formatter: (point) => point.data.tip },
    series: groups.map((group, place) => ({
      type: "scatter", name: group.name, symbol: GRADE_SIGNS[place] ?? "emptyCircle", symbolSize: 7, data: of(group.mark),
      itemStyle: { color: colour(GRADE_COLOURS[place] ?? "ink-3"), opacity: 0.7 },
    })).filter((one) => one.data.length),
  };
}

function sankey(data) {
  const tone = (node) => colour(GRADE_COLOURS[node.turn] ?? "ink-3");
  return {
    ...shared(), legend: { show: false },
    tooltip: { ...shared().tooltip, trigger: "item", formatter: (item) => item.data.tip },
    series: [{
      type: "sankey", left: 8, right: 150, top: 12, bottom: 12, nodeGap: 14, draggable: false, layoutIterations: 0,
      label: { color: colour("ink"), fontFamily: FONT, formatter: (item) => `${item.data.say}  ${item.value}` },
      lineStyle: { color: "source", opacity: 0.35 },
      data: data.nodes.map((node) => ({ ...node, itemStyle: { color: tone(node) }, tip: node.say })),
      links: data.links.map((link) => ({ ...link, tip: `${say(data, link.source)} → ${say(data, link.target)}: ${link.value} ${data.unit}` })),
    }],
  };
}

function say(data, name) {
  return data.nodes.find((node) => node.name === name).say;
}

// From planned time down to good pieces: what is lost in orange, what is not known in grey, what remains in teal.
function waterfall(data) {
  const tone = (row) => colour(row.key === "productive" ? "good" : row.key === "gap" ? "line-2" : row.lost ? "target-2" : "q3");
  return {
    ...shared(), legend: { show: false }, grid: { left: 8, right: 12, top: 36, bottom: 4, containLabel: true },
    xAxis: axis({ type: "category", data: data.rows.map((row) => row.name), splitLine: { show: false }, axisLabel: { color: colour("ink-2"), interval: 0, fontSize: 11, ...(window.innerWidth > 640 ? { width: 84, overflow: "break" } : { rotate: 40 }) } }),
    yAxis: axis({ type: "value", name: "h", nameTextStyle: { color: colour("ink-3") }, axisLine: { show: false } }),
    tooltip: { ...shared().tooltip, trigger: "item", formatter: (point) => point.data.tip ?? "" },
    series: [
      { type: "bar", stack: "w", silent: true, itemStyle: { color: "transparent" }, data: data.rows.map((row) => row.from) },
      {
        type: "bar", stack: "w", barMaxWidth: 48, label: { show: window.innerWidth > 640, position: "top", color: colour("ink-2"), formatter: (point) => point.data.say },
        data: data.rows.map((row) => ({ value: row.size, say: row.say, tip: `${row.name}\n${row.say}`, itemStyle: { color: tone(row) } })),
      },
    ],
  };
}

function histogram(data) {
  const [ideal, , pieces] = data.words;
  const lines = data.ideal === null ? [] : [{ xAxis: data.ideal, label: { formatter: `${ideal} ${data.ideal} s`, color: colour("ink-2") } }];
  return {
    ...shared(), legend: { show: false }, grid: { left: 8, right: 20, top: 28, bottom: 20, containLabel: true },
    xAxis: axis({ type: "value", name: "s", min: 0, max: data.edges.at(-1), splitLine: { show: false } }),
    yAxis: axis({ type: "value", minInterval: 1, axisLine: { show: false } }),
    tooltip: { ...shared().tooltip, trigger: "axis", formatter: ([point]) => `≥ ${point.value[0]} s\n${pieces} ${point.value[1]}` },
    series: [{
      type: "line", step: "end", symbol: "none", lineStyle: { width: 1, color: colour("q4") }, areaStyle: { color: colour("q3"), opacity: 0.9 },
      data: [...data.counts.map((count, place) => [data.edges[place], count]), [data.edges.at(-1), 0]],
      markLine: { symbol: "none", silent: true, lineStyle: { color: colour("target"), type: "dashed" }, data: lines },
    }],
  };
}

const KINDS = { series, ranking, stack, radar, scatter, sankey, waterfall, histogram };

function draw(box) {
  if (box.dataset.drawn || !window.echarts) {
    return;
  }
  box.dataset.drawn = "1";
  const data = JSON.parse(box.dataset.json ?? document.getElementById(box.dataset.from).textContent);
  const chart = window.echarts.init(box, null, { renderer: "canvas" });
  chart.setOption(KINDS[box.dataset.chart](data));
  chart.on("click", (item) => {
    if (item.data && item.data.why && window.htmx) {
      window.htmx.ajax("GET", item.data.why, { target: "#drawer-body", swap: "innerHTML" });
    } else if (item.data && item.data.href) {
      window.location.assign(item.data.href);
    }
  });
  box.addEventListener("marks", () => {
    chart.setOption({ series: [] }, { replaceMerge: ["series"] });
    chart.setOption(KINDS[box.dataset.chart]({ ...data, marks: box.dataset.marks }), { replaceMerge: ["series"] });
  });
  box.addEventListener("fresh", () => chart.setOption(KINDS[box.dataset.chart](JSON.parse(box.dataset.json)), { notMerge: true }));
  new ResizeObserver(() => chart.resize()).observe(box);
}

function drawAll(root) {
  root.querySelectorAll("[data-chart]").forEach(draw);
}

drawAll(document);
document.body.addEventListener("htmx:afterSettle", (event) => drawAll(event.detail.elt));
