// Starts the page: looks twice a second, and draws what changed.

import { drawChat } from "./chat.js";
import { h } from "./dom.js";
import { drawDrawer } from "./drawer.js";
import { applyTheme, drawFrame } from "./frame.js";
import { drawModal } from "./modal.js";
import { app, follow, onToast, refresh, set, start } from "./store.js";
import { drawWorld } from "./world.js";
import { has, loadWords, setZone, t } from "./words.js";

const PAUSE = 500;
const SPOKEN = 6000;

function render() {
  applyTheme();
  setZone(app.data.shop.zone);
  document.title = `${app.data.app.name} · ${t("sandbox")}`;
  document.documentElement.classList.toggle("working", app.ui.busy > 0);
  drawFrame(changeLanguage);
  drawChat();
  drawWorld();
  drawDrawer();
  drawModal();
  showNotices();
}

async function changeLanguage(language) {
  await loadWords(language);
  set({ language });
}

// What Slack itself tells a person, each line once.
function showNotices() {
  const { me, slack } = app.data;
  const known = app.ui.notices[me] ?? slack.notices.length;
  for (const text of slack.notices.slice(known)) say(text);
  app.ui.notices[me] = slack.notices.length;
}

function say(text) {
  const line = h("div", { class: "toast" }, has(text) ? t(text) : text);
  document.getElementById("toasts").append(line);
  setTimeout(() => line.remove(), SPOKEN);
}

function followAddress() {
  const found = location.hash.match(/^#order-(\d+)$/);
  if (found) set({ order: Number(found[1]), worldOpen: true, pane: "world" });
}

async function loop() {
  await refresh();
  setTimeout(loop, document.hidden ? PAUSE * 4 : PAUSE);
}

async function begin() {
  start(render);
  onToast(say);
  const answer = await fetch(`/api/state?as=${encodeURIComponent(app.ui.me)}`);
  app.data = await answer.json();
  await changeLanguage(app.ui.language || app.data.language);
  followAddress();
  addEventListener("hashchange", followAddress);
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link?.href.startsWith(`${app.data.addresses.shop}/wp-admin/`) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    follow(link.href);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", render);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !app.data.slack.modal && app.ui.thread) set({ thread: null, pane: "chat" });
  });
  setTimeout(loop, PAUSE);
}

begin();
