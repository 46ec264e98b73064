// Faces, and the switch between the people one may act as.

import { h, icon } from "./dom.js";
import { act, app, set } from "./store.js";
import { popover } from "./trap.js";
import { t } from "./words.js";

const HUES = 8;

export function avatar(person, size = "") {
  if (person.is_bot) return h("span", { class: `avatar bot ${size}`, "aria-hidden": "true" }, h("img", { src: "/web/icon.svg", alt: "" }));
  const initials = person.real_name.split(" ").map((part) => part[0]).join("").slice(0, 2);
  const hue = [...person.id].reduce((sum, sign) => sum + sign.charCodeAt(0), 0) % HUES;
  return h("span", { class: `avatar hue-${hue} ${size}`, "aria-hidden": "true" }, initials);
}

export function roleOf(person, people) {
  const role = people.find((one) => one.id === person.id)?.role;
  const language = person.locale.slice(0, 2).toUpperCase();
  return `${role ? t(`role_${role}`) : ""} · ${language}`;
}

export function switcher() {
  const { slack, people } = app.data;
  const me = slack.me;
  const open = (event) => popover(event.currentTarget, (close) => [...people.map((one) => choice(slack.users[one.id], people, close)), languageRow(close)], "wide");
  return h("div", { class: "switcher" },
    h("button", { type: "button", class: "me", onclick: open, "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": t("act_as", { name: me.real_name }), data: { key: "me" } },
      avatar(me), h("span", { class: "me-text" }, h("strong", {}, me.real_name), h("span", {}, roleOf(me, people))), icon("down")));
}

function choice(person, people, close) {
  const chosen = person.id === app.data.me;
  const pick = () => {
    close();
    set({ me: person.id, place: "", thread: null });
  };
  return h("button", { type: "button", role: "menuitemradio", "aria-checked": String(chosen), class: "menu-item person", onclick: pick },
    avatar(person), h("span", {}, h("strong", {}, person.real_name), h("span", { class: "muted" }, roleOf(person, people))), chosen && icon("check"));
}

// In which language this person reads Slack; the app hears of it by an event.
function languageRow(close) {
  const me = app.data.slack.me;
  const french = me.locale.startsWith("fr");
  const change = () => (close(), act({ do: "locale", locale: french ? "en-GB" : "fr-FR" }));
  return h("button", { type: "button", role: "menuitem", class: "menu-item apart", onclick: change }, t(french ? "reads_english" : "reads_french", { name: me.real_name.split(" ")[0] }));
}
