// The debugger: what was sent to the desk and how quickly it answered, and buttons for bad luck.

import { draw, h, iconButton } from "./dom.js";
import { act, app, done, set } from "./store.js";
import { t } from "./words.js";

const SLOW = 1000;
const LATE = 3000;
const SWITCHES = ["maintenance", "webhooks_lost"];

export function drawDrawer() {
  const place = document.getElementById("drawer");
  const { door, faults, addresses, slack } = app.data;
  place.hidden = !(app.ui.drawerOpen || app.ui.pane === "debugger");
  if (place.hidden) return;
  draw(place, [door, faults, addresses, app.ui.language], () => [
    h("div", { class: "head" }, h("h2", {}, t("debugger")), h("span", { class: "topic" }, addresses.desk || t("no_desk")), iconButton("close", t("close"), () => set({ drawerOpen: false, pane: "chat" }), { class: "icon-button end" })),
    h("div", { class: "drawer-body" },
      h("section", { class: "requests", "aria-label": t("requests") }, h("h3", {}, t("requests")), door.length ? h("table", {}, h("tbody", {}, door.map((one) => request(one, slack.users)))) : h("p", { class: "muted" }, t("no_requests"))),
      h("section", { class: "faults", "aria-label": t("faults") }, h("h3", {}, t("faults")), h("p", { class: "muted" }, t("faults_about")), h("div", { class: "fault-list" }, faults.known.map((name) => fault(name))), planned(faults.waiting))),
  ]);
}

function request(one, users) {
  const good = one.status !== null && one.status >= 200 && one.status < 300;
  const speed = one.milliseconds > LATE ? "bad" : one.milliseconds > SLOW ? "slow" : "good";
  const person = users[one.user];
  return h("tr", {},
    h("td", {}, h("span", { class: `kind ${one.kind}` }, t(`kind_${one.kind}`))),
    h("td", { class: "what" }, one.what, one.attempt > 0 && h("span", { class: "badge" }, t("retry", { number: one.attempt }))),
    h("td", { class: "muted" }, person ? person.name : ""),
    h("td", { class: good ? "right" : "right bad" }, one.status ?? t(`trouble_${one.trouble}`)),
    h("td", { class: `right number ${speed}` }, `${Math.round(one.milliseconds)} ms`));
}

function fault(name) {
  const press = async () => {
    await act({ do: "fault", name });
    done("fault");
  };
  const on = SWITCHES.includes(name) ? String(app.data.faults.waiting.some((one) => one.id === name)) : null;
  return h("button", { type: "button", class: "fault", onclick: press, "aria-pressed": on, data: { key: `fault-${name}` } }, h("strong", {}, t(`fault_${name}`)), h("span", { class: "muted" }, t(`fault_${name}_about`)));
}

function planned(waiting) {
  if (!waiting.length) return null;
  const rows = waiting.map((one) => h("li", {}, h("span", {}, one.button ? named(one) : h("code", {}, named(one)), one.times > 1 ? ` × ${one.times}` : ""), takeBack(one)));
  return h("div", { class: "planned" }, h("strong", {}, t("faults_waiting")), h("ul", {}, rows), h("button", { type: "button", class: "button", onclick: () => act({ do: "fault", name: "clear" }), data: { key: "fault-clear" } }, t("faults_clear")));
}

function named(one) {
  return one.button ? t(`fault_${one.button}`) : `${one.service}: ${one.what}`;
}

function takeBack(one) {
  const label = t("fault_take_back_one", { what: named(one) });
  return h("button", { type: "button", class: "link", "aria-label": label, onclick: () => act({ do: "take_back", id: one.id }), data: { key: `back-${one.id}` } }, t("fault_take_back"));
}
