// Around it all: the bar on top, the first steps, the tabs of a phone.

import { draw, h, icon, iconButton } from "./dom.js";
import { app, set } from "./store.js";
import { t } from "./words.js";

const STEPS = ["click", "refund", "fault"];
const at = (id) => document.getElementById(id);

export function drawFrame(changeLanguage) {
  const { ui, data } = app;
  at("skip").textContent = t("skip");
  const failed = data.faults.waiting.length;
  draw(at("top"), [ui.language, dark(), ui.drawerOpen, ui.worldOpen, ui.offline, failed, ui.stepsGone, data.app.name], () => [
    h("span", { class: "brand" }, h("img", { src: "/web/icon.svg", alt: "" }), h("strong", {}, data.app.name), h("span", { class: "badge quiet" }, t("sandbox"))),
    ui.offline && h("span", { class: "offline", role: "status" }, t("offline")),
    h("span", { class: "spring" }),
    ui.stepsGone && h("button", { type: "button", class: "text-button hide-narrow", onclick: () => set({ stepsGone: false, stepsDone: {} }) }, t("first_steps")),
    h("button", { type: "button", class: "text-button only-wide", "aria-pressed": String(ui.worldOpen), onclick: () => set({ worldOpen: !ui.worldOpen }), data: { key: "toggle-world" } }, icon("shop"), t("shop")),
    h("button", { type: "button", class: "text-button hide-narrow", "aria-pressed": String(ui.drawerOpen), onclick: () => set({ drawerOpen: !ui.drawerOpen }), data: { key: "toggle-drawer" } }, icon("bug"), t("debugger"), failed ? h("span", { class: "count" }, String(failed)) : null),
    h("span", { class: "languages", role: "group", "aria-label": t("language") }, ["en", "fr"].map((one) => h("button", { type: "button", class: "text-button", lang: one, "aria-pressed": String(ui.language === one), "aria-label": one === "en" ? "English" : "Français", onclick: () => changeLanguage(one), data: { key: `language-${one}` } }, one.toUpperCase()))),
    iconButton(dark() ? "sun" : "moon", t(dark() ? "light" : "dark"), () => set({ theme: dark() ? "light" : "dark" }), { data: { key: "theme" } }),
  ]);
  drawSteps();
  drawTabs();
  const frame = at("frame");
  frame.dataset.pane = ui.pane;
  frame.classList.toggle("without-world", !ui.worldOpen);
  frame.classList.toggle("with-channels", ui.channelsOpen);
  frame.classList.toggle("with-drawer", ui.drawerOpen);
}

export function dark() {
  if (app.ui.theme !== "auto") return app.ui.theme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

export function applyTheme() {
  document.documentElement.dataset.theme = dark() ? "dark" : "light";
}

function drawSteps() {
  const place = at("steps");
  place.hidden = app.ui.stepsGone;
  if (place.hidden) return;
  const finished = app.ui.stepsDone;
  draw(place, [finished, app.ui.language], () => [
    h("h2", { class: "hidden" }, t("first_steps")),
    h("ol", {}, STEPS.map((name, number) => h("li", { class: finished[name] ? "finished" : null }, h("span", { class: "step-number" }, finished[name] ? icon("check") : String(number + 1)), h("span", {}, h("strong", {}, t(`step_${name}`)), h("span", { class: "muted" }, t(`step_${name}_about`)))))),
    iconButton("close", t("dismiss"), () => set({ stepsGone: true })),
  ]);
}

function drawTabs() {
  const panes = [["chat", "chat"], ["world", "shop"], ["debugger", "bug"]];
  const here = app.ui.pane === "thread" ? "chat" : app.ui.pane;
  draw(at("tabs"), [here, app.ui.language], () => panes.map(([name, sign]) => h("button", { type: "button", "aria-current": here === name ? "page" : null, onclick: () => set({ pane: name, thread: null, channelsOpen: false }), data: { key: `pane-${name}` } }, icon(sign), t(`pane_${name}`))));
}
