// What the page knows: the last answer of the server, and what this browser chose to look at.

import { act as send, look } from "./api.js";

const KEPT = ["language", "theme", "me", "stepsDone", "stepsGone", "worldTab", "worldOpen", "drawerOpen"];
const SAVED = "sandbox-page";

export const app = {
  data: null,
  ui: {
    me: "", place: "", thread: null, pane: "chat", tab: "home", channelsOpen: false, order: null, customer: "",
    worldTab: "stock", worldOpen: true, drawerOpen: false, language: "", theme: "auto", stepsDone: {}, stepsGone: false,
    read: {}, dismissed: {}, busy: 0, offline: false, notices: {}, deskTab: "home",
  },
};

let render = () => {};

export function start(onchange) {
  render = onchange;
  Object.assign(app.ui, stored());
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(SAVED) ?? "{}");
  } catch {
    return {};
  }
}

export function set(changes) {
  Object.assign(app.ui, changes);
  const kept = Object.fromEntries(KEPT.map((name) => [name, app.ui[name]]));
  try {
    localStorage.setItem(SAVED, JSON.stringify(kept));
  } catch {
    app.ui.unsaved = true;
  }
  if (app.data) render();
}

export async function refresh(force = false) {
  const asked = app.ui.me;
  try {
    const data = await look(asked, force ? "" : app.data?.version ?? "");
    const came = app.ui.offline;
    app.ui.offline = false;
    if (data && asked === app.ui.me) app.data = data;
    if ((data || came) && app.data) render();
  } catch {
    app.ui.offline = true;
    if (app.data) render();
  }
}

// A quiet deed is one whose form says itself what was wrong.
export async function act(deed, { quiet = false } = {}) {
  app.ui.busy += 1;
  render();
  try {
    const answer = await send(app.data.me, deed);
    if (answer.error && !quiet) toast(answer.error);
    return answer;
  } catch {
    toast("offline");
    return {};
  } finally {
    app.ui.busy -= 1;
    await refresh();
    render();
  }
}

// An address somebody follows: the shop's own orders are shown on this page, all else in a new tab.
export function follow(url) {
  const { shop } = app.data.addresses;
  const order = url.startsWith(`${shop}/wp-admin/`) ? new URL(url).searchParams.get("id") ?? new URL(url).searchParams.get("post") : null;
  if (order) set({ order: Number(order), worldOpen: true, pane: "world" });
  else if (/^https?:/.test(url)) window.open(url, "_blank", "noopener");
}

let speak = () => {};

export function toast(text) {
  speak(text);
}

export function onToast(listener) {
  speak = listener;
}

export function done(step) {
  if (!app.ui.stepsDone[step]) set({ stepsDone: { ...app.ui.stepsDone, [step]: true } });
}
