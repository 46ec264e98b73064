// Slack's mrkdwn as elements. Everything a customer wrote ends up in text nodes.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { dateToken } from "./words.js";

const SAFE_LINK = /^(https?:|mailto:|tel:)/i;

export function link(url, label) {
  if (!SAFE_LINK.test(url)) return h("span", {}, label);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

export function emojiNode(name, unicode) {
  const sign = unicode ? String.fromCodePoint(...unicode.split("-").map((part) => parseInt(part, 16))) : emoji(name);
  return sign ? h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " ") }, sign) : `:${name}:`;
}

export function mention(kind, id, who) {
  if (kind === "user") {
    const person = who.users[id];
    const mine = id === who.me.id ? " me" : "";
    return h("span", { class: `mention${mine}` }, `@${person ? person.name : id}`);
  }
  if (kind === "channel") {
    const channel = who.channels.find((one) => one.id === id);
    return h("span", { class: "mention" }, `#${channel ? channel.name : id}`);
  }
  const group = who.groups.find((one) => one.id === id);
  return h("span", { class: group?.member ? "mention me" : "mention" }, `@${group ? group.handle : id}`);
}

export function unescape(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

// A character without width before a mark keeps Slack from seeing the mark.
const HELD_APART = /[\u2060\u200b]$/;
const MARKS = "*_~`";
const autolink = (found) => link(unescape(found[0]), unescape(found[0]));

const RULES = [
  [/^```\n?([\s\S]+?)\n?```/, (found) => h("pre", {}, unescape(found[1]))],
  [/^`([^`\n]+)`/, (found) => h("code", {}, unescape(found[1]))],
  [/^<([^<>\n]+)>/, (found, who) => angle(found[1], who)],
  [/^:([a-z0-9_+'-]+):/, (found) => emojiNode(found[1])],
  [/^https?:\/\/[^\s<>|*]+[^\s<>|*.,;:!?)]/, autolink],
];
const EMPHASIS = [
  [/^\*(?=[^\s*])((?:<[^<>]*>|[^*\n])*?[^\s*])\*(?![\p{L}\p{N}*])/u, "strong"],
  [/^_(?=[^\s_])((?:<[^<>]*>|`[^`]*`|[^_\n])*?[^\s_])_(?![\p{L}\p{N}_])/u, "em"],
  [/^~(?=[^\s~])((?:<[^<>]*>|[^~\n])*?[^\s~])~(?![\p{L}\p{N}~])/u, "s"],
];

export function mrkdwn(text, who, verbatim = false) {
  const inline = (part) => inlineNodes(part, who, verbatim);
  const parts = [];
  let quote = null;
  const lines = text.split("\n");
  let fenced = false;
  let run = [];
  const flush = () => {
    if (run.length) parts.push(...inline(run.join("\n")));
    run = [];
  };
  for (const line of lines) {
    const quoted = !fenced && line.match(/^(?:&gt;|>)\s?(.*)$/);
    if (quoted) {
      flush();
      quote ??= parts[parts.push(h("blockquote")) - 1];
      if (quote.childNodes.length) quote.append(h("br"));
      quote.append(...inline(quoted[1]));
      continue;
    }
    quote = null;
    if ((line.split("```").length - 1) % 2) fenced = !fenced;
    run.push(line);
  }
  flush();
  return parts;
}

function inlineNodes(text, who, verbatim) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(unescape(plain));
    plain = "";
  };
  let rest = text;
  while (rest) {
    const found = step(rest, plain, { nodes, who, verbatim });
    if (found) {
      flush();
      nodes.push(found.node);
      rest = rest.slice(found.length);
    } else {
      if (rest[0] === "\n") {
        flush();
        nodes.push(h("br"));
      } else plain += rest[0];
      rest = rest.slice(1);
    }
  }
  flush();
  return nodes;
}

function step(rest, before, { nodes, who, verbatim }) {
  if (HELD_APART.test(before) && MARKS.includes(rest[0])) return null;
  for (const [pattern, make] of RULES) {
    const found = rest.match(pattern);
    if (verbatim && make === autolink) continue;
    if (found) return { node: make(found, who), length: found[0].length };
  }
  if (/[\p{L}\p{N}]$/u.test(before) || (!before && nodes.at(-1)?.nodeName === "A")) return null;
  for (const [pattern, tag] of EMPHASIS) {
    const found = rest.match(pattern);
    if (found) return { node: h(tag, {}, inlineNodes(found[1], who, verbatim)), length: found[0].length };
  }
  return null;
}

function angle(inside, who) {
  const [target, ...more] = inside.split("|");
  const label = more.length ? unescape(more.join("|")) : "";
  if (target.startsWith("@")) return mention("user", target.slice(1), who);
  if (target.startsWith("#")) return mention("channel", target.slice(1), who);
  if (target.startsWith("!subteam^")) return mention("group", target.slice(9), who);
  if (target.startsWith("!date^")) return date(target.slice(6), label, who);
  if (target.startsWith("!")) return h("span", { class: "mention loud" }, `@${target.slice(1)}`);
  return link(unescape(target), label || unescape(target.replace(/^mailto:/, "")));
}

function date(inside, fallback, who) {
  const [seconds, format, url] = inside.split("^");
  const moment = Number(seconds);
  if (!Number.isFinite(moment)) return fallback;
  const text = (format ?? "{date}").replace(/\{(\w+)\}/g, (_, name) => dateToken(name, moment, who.me.tz));
  const shown = h("time", { datetime: new Date(moment * 1000).toISOString(), title: fallback }, text);
  return url ? link(url, shown) : shown;
}
