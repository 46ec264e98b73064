// One message: who, when, words, blocks with the bar beside them, thread, marks.

import { avatar } from "./people.js";
import { blocksNode } from "./blocks.js";
import { h, icon, iconButton } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { act, app, done, set } from "./store.js";
import { popover } from "./trap.js";
import { clock, day, t } from "./words.js";

export function messageNode({ message, channel, inThread, joined }, who) {
  const author = who.users[message.user] ?? { id: message.user, real_name: message.user, is_bot: true };
  const body = h("div", { class: "message-body" }, joined ? null : byline(message, author, who), content(message, channel, who), marks(message, channel, inThread));
  const side = joined ? h("span", { class: "small-time" }, clock(seconds(message.ts), who.me.tz)) : avatar(author);
  const kind = ["message", message.ephemeral && "ephemeral", joined && "joined"].filter(Boolean).join(" ");
  return h("article", { class: kind, tabindex: "-1", "aria-label": t("message_from", { name: author.real_name }) },
    message.ephemeral && h("div", { class: "only-you" }, icon("eye"), t("only_you"), h("button", { type: "button", class: "link", onclick: () => set({ dismissed: { ...app.ui.dismissed, [message.ts]: true } }) }, t("dismiss_message"))),
    h("div", { class: "message-row" }, side, body),
    message.subtype === "tombstone" ? null : toolbar(message, channel, inThread));
}

export function seconds(ts) {
  return Number(ts.split(".")[0]);
}

function byline(message, author, who) {
  const at = seconds(message.ts);
  return h("div", { class: "byline" },
    h("strong", {}, author.real_name),
    author.is_bot && h("span", { class: "badge" }, "APP"),
    author.is_stranger && h("span", { class: "badge" }, t("role_stranger")),
    h("time", { datetime: new Date(at * 1000).toISOString(), title: `${day(at, who.me.tz)} ${clock(at, who.me.tz)}` }, clock(at, who.me.tz)));
}

function content(message, channel, who) {
  const surface = { who, values: message.state?.values, send: (deed) => sendFrom(message, channel, deed), redraw: () => set({}) };
  const parts = [];
  const bare = !message.blocks?.length && !(message.attachments ?? []).some((part) => part.blocks);
  if (message.text && bare) parts.push(h("div", { class: message.subtype === "tombstone" ? "text muted" : "text" }, mrkdwn(message.text, who)));
  if (message.blocks?.length) parts.push(blocksNode(message.blocks, surface));
  for (const part of message.attachments ?? []) parts.push(attachment(part, surface));
  if (message.files?.length) parts.push(h("div", { class: "album" }, message.files.map(fileNode)));
  return h("div", { class: "content" }, parts, message.edited && h("span", { class: "edited", title: t("edited_times", { count: message.edits }) }, t("edited")));
}

function attachment(part, surface) {
  const inside = part.blocks ? blocksNode(part.blocks, surface) : h("div", { class: "text" }, mrkdwn(part.text ?? part.fallback ?? "", surface.who));
  return h("div", { class: "attachment", color: part.color ? `#${part.color}` : null }, inside);
}

function fileNode(file) {
  const picture = /\.(png|jpe?g|gif)$/i.test(file.name ?? "");
  if (!picture) return h("div", { class: "file" }, file.title ?? file.name);
  const image = h("img", { class: "picture big", src: `/files/${file.id}`, alt: file.alt_txt ?? file.title ?? file.name });
  return h("a", { href: `/files/${file.id}`, target: "_blank", rel: "noopener", title: file.title }, image);
}

function sendFrom(message, channel, deed) {
  if (deed.do === "click") done("click");
  return act({ ...deed, message: { channel, ts: message.ts } });
}

function marks(message, channel, inThread) {
  const parts = [];
  if (message.reactions?.length) parts.push(h("div", { class: "reactions" }, message.reactions.map((one) => h("span", { class: "chip" }, mrkdwn(`:${one.name}:`, {}), ` ${one.count}`))));
  if (!inThread && message.reply_count) {
    const last = clock(seconds(message.latest_reply), app.data.slack.me.tz);
    const open = () => set({ thread: { channel, ts: message.ts }, pane: "thread" });
    parts.push(h("button", { type: "button", class: "replies", onclick: open, data: { key: "replies" } }, icon("thread"), t(message.reply_count === 1 ? "one_reply" : "replies", { count: message.reply_count }), h("span", { class: "muted" }, last)));
  }
  return parts;
}

function toolbar(message, channel, inThread) {
  if (message.ephemeral) return null;
  const tools = [];
  const place = { channel, ts: message.ts };
  if (!inThread) tools.push(iconButton("thread", t("reply_in_thread"), () => set({ thread: place, pane: "thread" })));
  const shortcuts = app.data.app.shortcuts.filter((one) => one.type === "message");
  const mine = message.user === app.data.me;
  if (shortcuts.length || mine) tools.push(h("span", { class: "overflow" }, iconButton("more", t("more"), (event) => popover(event.currentTarget, (close) => items(close, shortcuts, mine, place)), { "aria-haspopup": "menu" })));
  return tools.length ? h("div", { class: "toolbar" }, tools) : null;
}

function items(close, shortcuts, mine, place) {
  const item = (label, about, deed) => h("button", { type: "button", role: "menuitem", class: "menu-item", onclick: () => (close(), act({ ...deed, message: place })) }, label, about && h("span", { class: "muted" }, about));
  const list = shortcuts.map((one) => item(one.name, one.description, { do: "shortcut", callback: one.callback_id }));
  return mine ? [...list, item(t("delete_message"), "", { do: "delete" })] : list;
}
