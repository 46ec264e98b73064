// Block Kit: blocks in, elements out. Unknown blocks say what they are instead of vanishing.

import { chart } from "./chart.js";
import { confirmed } from "./confirm.js";
import { h, icon } from "./dom.js";
import { FIELDS, inputBlock, keyOf } from "./inputs.js";
import { richText, textNodes, words } from "./rich.js";
import { mrkdwn } from "./mrkdwn.js";
import { follow } from "./store.js";
import { popover } from "./trap.js";
import { dataTable, table } from "./table.js";
import { t } from "./words.js";

export function blocksNode(blocks, surface) {
  return h("div", { class: "blocks" }, (blocks ?? []).map((block) => blockNode(block, surface)));
}

function blockNode(block, surface) {
  const make = BLOCKS[block.type];
  return make ? make(block, surface) : h("p", { class: "muted" }, t("not_shown", { what: block.type }));
}

const BLOCKS = {
  section: (block, surface) =>
    h("div", { class: "section" },
      h("div", { class: "section-text" },
        block.text && h("div", { class: "text" }, textNodes(block.text, surface.who)),
        block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "text" }, textNodes(field, surface.who))))),
      block.accessory && h("div", { class: "accessory" }, elementNode(block, block.accessory, surface))),
  header: (block) => h("h3", { class: "header" }, textNodes(block.text, null)),
  divider: () => h("hr"),
  context: (block, surface) =>
    h("div", { class: "context" }, block.elements.map((one) => (one.type === "image" ? picture(one, "tiny") : h("span", { class: "text" }, textNodes(one, surface.who))))),
  actions: (block, surface) => h("div", { class: "actions" }, block.elements.map((one) => elementNode(block, one, surface))),
  context_actions: (block, surface) => h("div", { class: "actions" }, block.elements.map((one) => elementNode(block, one, surface))),
  input: inputBlock,
  image: (block) => h("figure", {}, block.title && h("figcaption", {}, textNodes(block.title, null)), picture(block, "big")),
  rich_text: (block, surface) => richText(block, surface.who),
  markdown: (block, surface) => h("div", { class: "text" }, mrkdwn(markdown(block.text), surface.who)),
  table: (block, surface) => table(block, surface.who),
  data_table: (block, surface) => dataTable(block, surface.who),
  data_visualization: chart,
  alert: (block, surface) => h("div", { class: `alert ${block.level ?? "default"}`, role: "note" }, textNodes(block.text, surface.who)),
  video: (block) => h("p", { class: "muted" }, words(block.title)),
  card: cardNode,
  carousel: (block, surface) => h("div", { class: "carousel", tabindex: "0" }, block.elements.map((one) => cardNode(one, surface))),
  container: containerNode,
};

// The little of Markdown that messages use, turned into mrkdwn.
function markdown(text) {
  return text.replace(/^#+\s+(.*)$/gm, "*$1*").replace(/\*\*([^*\n]+)\*\*/g, "*$1*").replace(/^\s*[-*]\s+/gm, "• ").replace(/\[([^\]\n]+)\]\((https?:[^)\s]+)\)/g, "<$2|$1>");
}

function cardNode(block, surface) {
  return h("div", { class: "kit-card" },
    block.hero_image && picture(block.hero_image, "big"),
    block.title && h("strong", {}, textNodes(block.title, surface.who)),
    block.subtitle && h("div", { class: "muted" }, textNodes(block.subtitle, surface.who)),
    block.body && h("div", { class: "text" }, textNodes(block.body, surface.who)),
    block.subtext && h("div", { class: "context" }, textNodes(block.subtext, surface.who)),
    block.actions && h("div", { class: "actions" }, block.actions.map((one) => elementNode(block, one, surface))));
}

function containerNode(block, surface) {
  const title = block.title ? textNodes(block.title, surface.who) : richText(block.rich_text_title, surface.who);
  const inside = blocksNode(block.child_blocks, surface);
  if (!block.is_collapsible) return h("section", { class: "container" }, h("h4", {}, title), inside);
  return h("details", { class: "container", open: !block.default_collapsed }, h("summary", {}, title), inside);
}

function elementNode(block, element, surface) {
  if (element.type === "button" || element.type === "workflow_button") return button(block, element, surface);
  if (element.type === "overflow") return overflow(block, element, surface);
  if (element.type === "image") return picture(element, "thumb");
  if (element.type === "icon_button") return button(block, { ...element, text: element.text }, surface);
  const field = FIELDS[element.type];
  return field ? field(block, element, surface) : h("span", { class: "muted" }, t("not_shown", { what: element.type }));
}

function button(block, element, surface) {
  const press = async (event) => {
    const node = event.currentTarget;
    if (element.confirm && !(await confirmed(element.confirm, surface.who))) return;
    if (element.url) follow(element.url);
    node.setAttribute("aria-busy", "true");
    await surface.send({ do: "click", action: element.action_id, block: block.block_id, value: element.value ?? "" });
    node.removeAttribute("aria-busy");
  };
  const style = element.style ? ` ${element.style}` : "";
  const key = `${keyOf(block, element)}/${element.value ?? ""}`;
  return h("button", { type: "button", class: `button${style}`, "aria-label": element.accessibility_label, onclick: press, data: { key } }, textNodes(element.text, surface.who), element.url && h("span", { class: "outside", "aria-hidden": "true" }, " ↗"));
}

function overflow(block, element, surface) {
  const choose = async (option, close) => {
    close();
    if (element.confirm && !(await confirmed(element.confirm, surface.who))) return;
    if (option.url) follow(option.url);
    surface.send({ do: "choose", action: element.action_id, block: block.block_id, value: option.value });
  };
  const item = (option, close) => h("button", { type: "button", role: "menuitem", class: "menu-item", onclick: () => choose(option, close) }, words(option.text), option.url && h("span", { class: "outside" }, " ↗"));
  const open = (event) => popover(event.currentTarget, (close) => element.options.map((option) => item(option, close)));
  return h("span", { class: "overflow" }, h("button", { type: "button", class: "button more", "aria-label": t("more"), title: t("more"), "aria-haspopup": "menu", "aria-expanded": "false", onclick: open, data: { key: keyOf(block, element) } }, icon("more")));
}

function picture(image, size) {
  const file = image.slack_file?.id;
  return h("img", { class: `picture ${size}`, src: file ? `/files/${file}` : image.image_url, alt: image.alt_text, loading: "lazy" });
}
