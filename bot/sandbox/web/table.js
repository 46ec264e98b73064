// Tables of both kinds.

import { h } from "./dom.js";
import { plain, richText } from "./rich.js";

function cell(one, who) {
  if (one.type === "rich_text") return richText(one, who);
  return plain(String(one.text ?? one.value ?? ""));
}

function rowNode(row, settings, who, head) {
  return h("tr", {}, row.map((one, number) => h(head ? "th" : "td", { class: settings?.[number]?.align ?? (one.type === "raw_number" ? "right" : null), scope: head ? "col" : null }, cell(one, who))));
}

export function table(block, who) {
  const [head, ...rows] = block.rows;
  return h("div", { class: "table", tabindex: "0" },
    h("table", {}, h("thead", {}, rowNode(head, block.column_settings, who, true)), h("tbody", {}, rows.map((row) => rowNode(row, block.column_settings, who, false)))));
}

export function dataTable(block, who) {
  const shown = table(block, who);
  shown.querySelector("table").prepend(h("caption", {}, block.caption));
  return shown;
}
