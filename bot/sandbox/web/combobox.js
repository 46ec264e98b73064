// A field that asks the app for its options while one types.

import { h } from "./dom.js";
import { words } from "./rich.js";
import { t } from "./words.js";

const PAUSE = 250;
let count = 0;

export function combobox({ props, drafts, shown, placeholder, least, ask, pick }) {
  const id = `options-${(count += 1)}`;
  let options = [];
  let active = -1;
  let timer = null;
  const list = h("ul", { class: "menu", role: "listbox", id, hidden: true });
  const input = h("input", { ...props, class: "field", role: "combobox", type: "text", value: drafts.get(props.data.key) ?? shown, placeholder, autocomplete: "off", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list" });

  const show = (open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
  };
  const mark = (number) => {
    active = number;
    [...list.children].forEach((node, index) => node.setAttribute("aria-selected", String(index === number)));
    const node = list.children[number];
    input.setAttribute("aria-activedescendant", node?.id ?? "");
    node?.scrollIntoView({ block: "nearest" });
  };
  const take = (number) => {
    drafts.delete(props.data.key);
    shown = words(options[number].text);
    input.value = shown;
    show(false);
    pick(options[number].value);
  };
  const fill = async () => {
    const typed = input.value;
    options = typed.length >= least ? await ask(typed) : [];
    if (typed !== input.value) return;
    const rows = options.map((one, index) => h("li", { role: "option", id: `${id}-${index}`, onmousedown: (event) => (event.preventDefault(), take(index)) }, words(one.text)));
    const hint = typed.length < least ? t("type_more", { count: least }) : t("no_results");
    list.replaceChildren(...(rows.length ? rows : [h("li", { class: "muted", "aria-disabled": "true" }, hint)]));
    mark(rows.length ? 0 : -1);
    show(true);
  };
  input.addEventListener("input", () => {
    drafts.set(props.data.key, input.value);
    clearTimeout(timer);
    timer = setTimeout(fill, PAUSE);
  });
  input.addEventListener("focus", () => {
    if (!drafts.has(props.data.key)) input.select();
    fill();
  });
  input.addEventListener("blur", () => {
    show(false);
    if (!input.isConnected) return;
    drafts.delete(props.data.key);
    input.value = shown;
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(Math.max(0, Math.min(options.length - 1, active + (event.key === "ArrowDown" ? 1 : -1))));
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      take(active);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      show(false);
    }
  });
  return h("div", { class: "combobox" }, input, list);
}
