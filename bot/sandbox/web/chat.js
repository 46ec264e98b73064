// The workspace: channels on the left, a channel or the app's Home in the middle, a thread beside it.

import { blocksNode } from "./blocks.js";
import { composer } from "./composer.js";
import { draw, drawList, h, icon, iconButton } from "./dom.js";
import { messageNode, seconds } from "./message.js";
import { avatar, switcher } from "./people.js";
import { act, app, set } from "./store.js";
import { day, t } from "./words.js";

const GROUPED = 300;
const at = (id) => document.getElementById(id);

export function currentPlace() {
  const { slack } = app.data;
  const rooms = slack.channels.filter((one) => one.name);
  const wanted = app.ui.place;
  if (wanted === "app" || rooms.some((one) => one.id === wanted)) return wanted;
  return rooms.find((one) => one.name === "returns")?.id ?? rooms[0]?.id ?? "app";
}

export function room(id) {
  return app.data.slack.channels.find((one) => one.id === id);
}

export function direct() {
  return app.data.slack.channels.find((one) => one.kind === "im" && one.user === app.data.me);
}

export function drawChat() {
  const place = currentPlace();
  drawSide(place);
  drawHead(place);
  const home = place === "app" && app.ui.deskTab === "home";
  if (home) drawHome();
  else drawMessages(at("scroll"), place === "app" ? direct() : room(place), place);
  const target = place === "app" ? (home ? null : "@bot") : place;
  draw(at("compose"), [target, app.data.me, app.ui.language, app.data.slack.me.deleted, app.data.app.words.length], () => app.data.slack.me.deleted ? h("p", { class: "signed-out" }, t("signed_out", { name: app.data.slack.me.real_name })) : target ? composer({ channel: target, name: place === "app" ? app.data.app.name : `#${room(place).name}` }) : []);
  drawThread();
}

function drawSide(place) {
  const { slack } = app.data;
  const rooms = slack.channels.filter((one) => one.name);
  const rows = rooms.map((one) => [one.id, one.name, one.is_shared, isUnread(one, place)]);
  const dm = direct();
  const depends = [slack.team, slack.me, rows, place, app.ui.language, app.ui.channelsOpen, app.data.people, dm && isUnread(dm, place), app.ui.deskTab];
  draw(at("side"), depends, () => {
    const go = (id) => () => set({ place: id, thread: null, pane: "chat", channelsOpen: false });
    const link = (id, label, mark, unread) => h("button", { type: "button", class: `room${unread ? " unread" : ""}`, "aria-current": place === id ? "page" : null, onclick: id === "app" ? goApp : go(id), data: { key: `room-${id}` } }, mark, h("span", { class: "room-name" }, label), unread && h("span", { class: "dot", title: t("unread") }));
    return [
      h("div", { class: "team" }, h("img", { src: "/web/icon.svg", alt: "" }), h("strong", {}, slack.team.name)),
      h("h2", { class: "side-title" }, t("channels")),
      h("div", { class: "rooms" }, rooms.map((one) => link(one.id, one.name, icon("hash"), isUnread(one, place)))),
      h("h2", { class: "side-title" }, t("apps")),
      h("div", { class: "rooms" }, link("app", app.data.app.name, avatar({ is_bot: true }, "mini"), dm && isUnread(dm, place))),
      h("div", { class: "spring" }),
      h("h2", { class: "side-title" }, t("you_are")),
      switcher(),
    ];
  });
}

function goApp() {
  set({ place: "app", thread: null, pane: "chat", channelsOpen: false });
  act({ do: "home", tab: app.ui.deskTab });
}

function isUnread(channel, place) {
  const mine = (app.ui.read[app.data.me] ??= {});
  const newest = channel.messages.at(-1)?.ts ?? "";
  if (!(channel.id in mine) || (channel.id === place && app.ui.pane === "chat") || (place === "app" && channel.kind === "im" && app.ui.deskTab === "messages")) mine[channel.id] = newest;
  return newest > mine[channel.id];
}

function drawHead(place) {
  const channel = room(place);
  const people = channel?.members.length ?? 0;
  draw(at("head"), [place, channel?.name, people, app.ui.language, app.ui.deskTab, app.data.topics], () => {
    const menu = iconButton("people", t("show_channels"), () => set({ channelsOpen: !app.ui.channelsOpen }), { class: "icon-button only-narrow" });
    if (place !== "app") {
      const topic = app.data.topics?.[place];
      return [menu, h("h1", {}, icon("hash"), channel.name), topic && h("span", { class: "topic" }, topic), channel.is_shared && h("span", { class: "badge" }, t("shared")), h("span", { class: "members", title: t("members", { count: people }) }, icon("people"), String(people))];
    }
    const tab = (id, label) => h("button", { type: "button", role: "tab", "aria-selected": String(app.ui.deskTab === id), class: "tab", onclick: () => (set({ deskTab: id }), act({ do: "home", tab: id })), data: { key: `desk-${id}` } }, label);
    return [menu, h("h1", {}, avatar({ is_bot: true }, "mini"), app.data.app.name), h("div", { class: "tablist", role: "tablist" }, tab("home", t("tab_home")), tab("messages", t("tab_messages")))];
  });
}

function drawHome() {
  const view = app.data.slack.home;
  const { who } = surfaceParts();
  draw(at("scroll"), ["home", view, app.data.me, app.ui.language], () => {
    if (!view) return h("div", { class: "empty" }, h("p", {}, t("home_empty")));
    const surface = { who, values: view.state.values, send: (deed) => act({ ...deed, view: view.id }), redraw: () => set({}) };
    return h("div", { class: "home" }, blocksNode(view.blocks, surface));
  });
  at("scroll").dataset.place = "home";
}

function surfaceParts() {
  return { who: app.data.slack };
}

export function rowsOf(channel, messages, { inThread = false } = {}) {
  const { tz } = app.data.slack.me;
  const rows = [];
  let previous = null;
  for (const message of messages.filter((one) => !app.ui.dismissed[one.ts])) {
    const today = day(seconds(message.ts), tz);
    if (!inThread && (!previous || day(seconds(previous.ts), tz) !== today)) rows.push({ day: today });
    const close = previous && previous.user === message.user && seconds(message.ts) - seconds(previous.ts) < GROUPED;
    const joined = Boolean(close && rows.at(-1).message && !message.ephemeral && !previous.ephemeral && !message.attachments && !message.blocks);
    rows.push({ message, channel: channel.id, inThread, joined, language: app.ui.language });
    previous = message;
  }
  return rows;
}

function drawMessages(scroll, channel, place) {
  const mark = `${place} ${app.data.me}`;
  const fresh = scroll.dataset.place !== mark;
  if (fresh) {
    draw(scroll, ["messages", mark, Date.now()], () => h("div", { class: "messages" }));
    scroll.dataset.place = mark;
  }
  const list = scroll.querySelector(".messages");
  const low = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  const messages = channel?.messages ?? [];
  drawRows(list, channel ? rowsOf(channel, messages) : []);
  if (!messages.length) list.replaceChildren(h("div", { class: "empty" }, h("p", {}, t("channel_empty"))));
  if (fresh || low) requestAnimationFrame(() => (scroll.scrollTop = scroll.scrollHeight));
}

function drawRows(list, rows) {
  const keyOf = (row) => (row.day ? `day ${row.day}` : row.message.ts);
  list.querySelector(":scope > .empty")?.remove();
  drawList(list, rows, keyOf, (row) => (row.day ? h("div", { class: "day" }, h("span", {}, row.day)) : messageNode(row, app.data.slack)));
}

function drawThread() {
  const place = at("thread");
  const wanted = app.ui.thread;
  const channel = wanted && room(wanted.channel);
  const parent = channel?.messages.find((one) => one.ts === wanted.ts);
  place.hidden = !parent;
  at("frame").classList.toggle("with-thread", Boolean(parent));
  if (!parent) return;
  draw(place, [wanted, app.data.me, app.ui.language], () => [
    h("div", { class: "head" }, iconButton("back", t("back"), () => set({ thread: null, pane: "chat" }), { class: "icon-button only-narrow" }), h("h2", {}, t("thread")), h("span", { class: "topic" }, channel.name ? `#${channel.name}` : ""), iconButton("close", t("close_thread"), () => set({ thread: null, pane: "chat" }), { class: "icon-button end" })),
    h("div", { class: "scroll" }, h("div", { class: "messages" })),
    h("div", { class: "compose" }, composer({ channel: channel.kind === "im" ? "@bot" : channel.id, thread: parent.ts, name: t("thread") })),
  ]);
  const list = place.querySelector(".messages");
  const count = list.children.length;
  drawRows(list, rowsOf(channel, [parent, ...parent.replies], { inThread: true }));
  const scroll = place.querySelector(".scroll");
  if (list.children.length > count && count) scroll.scrollTop = scroll.scrollHeight;
}
