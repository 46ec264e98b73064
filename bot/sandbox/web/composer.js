// Where one writes: Enter sends, Shift+Enter breaks the line, a slash offers commands and their words.

import { h, icon } from "./dom.js";
import { act, app } from "./store.js";
import { t } from "./words.js";

let count = 0;

export function composer({ channel, thread = "", name }) {
  const id = `commands-${(count += 1)}`;
  let offers = [];
  let active = -1;
  const list = h("ul", { class: "menu offers", role: "listbox", id, hidden: true, "aria-label": t("commands") });
  const area = h("textarea", { class: "field", rows: 1, placeholder: t("write_to", { name }), "aria-label": t("write_to", { name }), "aria-controls": id, "aria-autocomplete": "list", data: { key: "composer" } });
  const send = async () => {
    const text = area.value.trim();
    if (!text) return;
    area.value = "";
    fit();
    show([]);
    await act({ do: "say", channel, thread, text });
    area.focus();
  };
  const fit = () => {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 160)}px`;
  };
  const mark = (number) => {
    active = number;
    [...list.children].forEach((node, index) => node.setAttribute("aria-selected", String(index === number)));
    area.setAttribute("aria-activedescendant", list.children[number]?.id ?? "");
  };
  const show = (found) => {
    offers = found;
    list.replaceChildren(...found.map((one, index) => h("li", { role: "option", id: `${id}-${index}`, onmousedown: (event) => (event.preventDefault(), take(index)) }, h("code", {}, one.usage), h("span", { class: "muted" }, one.about))));
    list.hidden = !found.length;
    mark(found.length ? 0 : -1);
  };
  const take = (number) => {
    area.value = offers[number].insert;
    show(thread ? [] : matching(area.value));
    area.focus();
  };
  area.addEventListener("input", () => {
    fit();
    show(thread ? [] : matching(area.value));
  });
  area.addEventListener("blur", () => show([]));
  area.addEventListener("keydown", (event) => {
    const open = !list.hidden;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      mark((active + (event.key === "ArrowDown" ? 1 : -1) + offers.length) % offers.length);
    } else if (open && (event.key === "Tab" || (event.key === "Enter" && offers[active].insert.trim() !== area.value.trim()))) {
      event.preventDefault();
      take(active);
    } else if (open && event.key === "Escape") {
      event.stopPropagation();
      show([]);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    }
  });
  return h("form", { class: "composer", onsubmit: (event) => (event.preventDefault(), send()) }, list, area, h("button", { type: "submit", class: "icon-button send", "aria-label": t("send"), title: t("send") }, icon("send")));
}

// The commands, and after a command and a blank its words, that begin with what was typed.
function matching(text) {
  if (!text.startsWith("/")) return [];
  const { commands, words } = app.data.app;
  const [name, ...rest] = text.split(" ");
  if (!rest.length) return commands.filter((one) => one.command.startsWith(name)).map((one) => ({ usage: `${one.command} ${one.usage_hint}`, about: one.description, insert: `${one.command} ` }));
  if (rest.length > 1 || !commands.some((one) => one.command === name)) return [];
  return words.filter((one) => one.usage.startsWith(rest[0]) || !rest[0]).map((one) => ({ usage: `${name} ${one.usage}`, about: one.about, insert: `${name} ${one.usage.split(" ")[0]}${one.usage.includes(" ") ? " " : ""}` }));
}
