// Slack's own charts, drawn plainly: bars, lines and shares, each with its numbers readable.

import { h } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 480;
const HEIGHT = 160;

function s(tag, props, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) node.setAttribute(name, String(value));
  node.append(...children.flat());
  return node;
}

export function chart(block) {
  const { type } = block.chart;
  const inside = type === "pie" ? shares(block.chart.segments) : lines(block.chart, type);
  return h("figure", { class: "chart" }, h("figcaption", {}, block.title), inside);
}

function shares(segments) {
  const sum = segments.reduce((total, one) => total + one.value, 0) || 1;
  return h("ul", { class: "shares" }, segments.map((one, number) => {
    const bar = h("span", { class: `share series-${number % 6}` });
    bar.style.setProperty("--share", `${(100 * one.value) / sum}%`);
    return h("li", {}, h("span", {}, one.label), bar, h("span", { class: "number" }, String(one.value)));
  }));
}

function lines(wanted, type) {
  const most = Math.max(1, ...wanted.series.flatMap((one) => one.data.map((point) => point.value)));
  const labels = wanted.series[0].data.map((point) => point.label);
  const step = WIDTH / labels.length;
  const y = (value) => HEIGHT - (value / most) * (HEIGHT - 20);
  const wide = (step * 0.7) / wanted.series.length;
  const drawn = wanted.series.map((one, number) => {
    if (type !== "bar") {
      const points = one.data.map((point, at) => `${step * at + step / 2},${y(point.value)}`).join(" ");
      return s("polyline", { points, class: `line series-${number % 6}` });
    }
    return one.data.map((point, at) =>
      s("rect", { x: step * at + step * 0.15 + wide * number, y: y(point.value), width: wide, height: HEIGHT - y(point.value), rx: 2, class: `bar series-${number % 6}` }, s("title", {}, `${one.name}, ${point.label}: ${point.value}`)));
  });
  const names = labels.map((label, at) => s("text", { x: step * at + step / 2, y: HEIGHT + 16, class: "axis" }, label));
  const legend = h("div", { class: "legend" }, wanted.series.map((one, number) => h("span", { class: `key series-${number % 6}` }, one.name)));
  return h("div", {}, s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT + 22}`, role: "img" }, drawn.flat(), names), legend);
}
