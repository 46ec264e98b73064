// rich_text blocks, and the plain text objects of Block Kit.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { emojiNode, link, mention, mrkdwn } from "./mrkdwn.js";
import { dateToken } from "./words.js";

export function textNodes(object, who) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text, who, object.verbatim);
  return plain(object.text, object.emoji !== false);
}

export function plain(text, withEmoji = true) {
  const nodes = [];
  const parts = withEmoji ? text.split(/(:[a-z0-9_+'-]+:|\n)/) : text.split(/(\n)/);
  for (const part of parts) {
    if (part === "\n") nodes.push(h("br"));
    else if (/^:[^:]+:$/.test(part) && emoji(part.slice(1, -1))) nodes.push(emojiNode(part.slice(1, -1)));
    else if (part) nodes.push(part);
  }
  return nodes;
}

export function words(object) {
  return (object?.text ?? "").replace(/:([a-z0-9_+'-]+):/g, (whole, name) => emoji(name) ?? whole);
}

export function richText(block, who) {
  return h("div", { class: "rich" }, block.elements.map((part) => section(part, who)));
}

function section(part, who) {
  const inside = () => part.elements.map((leaf) => leafNode(leaf, who));
  if (part.type === "rich_text_list") {
    const items = part.elements.map((item) => h("li", {}, item.elements.map((leaf) => leafNode(leaf, who))));
    const start = part.style === "ordered" && part.offset ? part.offset + 1 : null;
    return h(part.style === "ordered" ? "ol" : "ul", { class: `indent-${part.indent ?? 0}`, start }, items);
  }
  if (part.type === "rich_text_quote") return h("blockquote", {}, inside());
  if (part.type === "rich_text_preformatted") return h("pre", {}, inside());
  return h("p", {}, inside());
}

function leafNode(leaf, who) {
  const made = {
    text: () => lines(leaf.text),
    link: () => link(leaf.url, leaf.text || leaf.url),
    user: () => mention("user", leaf.user_id, who),
    channel: () => mention("channel", leaf.channel_id, who),
    usergroup: () => mention("group", leaf.usergroup_id, who),
    emoji: () => emojiNode(leaf.name, leaf.unicode),
    broadcast: () => h("span", { class: "mention loud" }, `@${leaf.range}`),
    date: () => leaf.format.replace(/\{(\w+)\}/g, (_, name) => dateToken(name, leaf.timestamp, who.me.tz)),
    color: () => h("code", {}, leaf.value),
  };
  return styled((made[leaf.type] ?? (() => ""))(), leaf.style ?? {});
}

function lines(text) {
  return text.split(/(\n)/).map((part) => (part === "\n" ? h("br") : part));
}

function styled(node, style) {
  const tags = { code: "code", bold: "strong", italic: "em", strike: "s", underline: "u" };
  return Object.entries(tags).reduce((inner, [name, tag]) => (style[name] ? h(tag, {}, inner) : inner), node);
}
