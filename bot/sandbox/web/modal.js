// Modals: the top view of a person's stack, its fields, its errors, its way out.

import { blocksNode } from "./blocks.js";
import { forget, h, icon, keepingFocus } from "./dom.js";
import { words } from "./rich.js";
import { act, app, set, toast } from "./store.js";
import { reachable, trap } from "./trap.js";
import { t } from "./words.js";

let open = null;

export function drawModal() {
  const layer = document.getElementById("layer");
  const view = app.data.slack.modal;
  if (!view) return leave(layer);
  const depth = app.data.slack.modals.length;
  if (!open) enter(layer);
  if (open.id !== view.id) Object.assign(open, { id: view.id, drafts: new Map(), mark: "" });
  // What was chosen or typed is on the screen already, and must not be drawn over while one goes on.
  const mark = JSON.stringify([view.blocks, view.errors, view.title, view.submit, view.close, depth, app.ui.language]);
  if (mark === open.mark) return;
  const first = !open.mark;
  const wrong = Object.keys(view.errors).length && JSON.stringify(view.errors) !== open.errors;
  open.mark = mark;
  open.errors = JSON.stringify(view.errors);
  paint(view, depth, first);
  if (first || wrong) focusFirst(wrong);
}

function enter(layer) {
  const box = h("div", { class: "dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": "modal-title", tabindex: "-1" });
  const veil = h("div", { class: "veil" }, box);
  open = { id: "", box, veil, drafts: new Map(), mark: "", before: document.activeElement?.dataset?.key };
  trap(box, () => close(false));
  veil.addEventListener("pointerdown", (event) => event.target === veil && close(true));
  layer.replaceChildren(veil);
  document.getElementById("frame").inert = true;
}

function leave(layer) {
  if (!open) return;
  const { before } = open;
  open = null;
  layer.replaceChildren();
  forget(layer);
  document.getElementById("frame").inert = false;
  const nodes = [...document.querySelectorAll("#frame [data-key]")];
  (nodes.find((node) => node.dataset.key === before) ?? document.getElementById("main")).focus({ preventScroll: true });
}

function close(everything) {
  act({ do: "close", view: open.id, everything });
}

async function submit() {
  const { id, box } = open;
  if (box.getAttribute("aria-busy")) return;
  box.setAttribute("aria-busy", "true");
  for (const node of box.querySelectorAll("input.field, textarea.field")) if (node === document.activeElement) node.blur();
  const answer = await act({ do: "submit", view: id });
  box.removeAttribute("aria-busy");
  if (answer.warning) toast(answer.warning);
}

function paint(view, depth, first) {
  const surface = {
    who: app.data.slack,
    values: view.state.values,
    errors: view.errors,
    drafts: open.drafts,
    send: (deed) => act({ ...deed, view: view.id }),
    submit: view.submit ? submit : null,
    redraw: () => ((open.mark = ""), set({})),
  };
  const place = open.box.querySelector(".dialog-body");
  const scrolled = first ? 0 : place?.scrollTop ?? 0;
  const body = h("div", { class: "dialog-body" }, blocksNode(view.blocks, surface));
  const head = h("div", { class: "dialog-head" },
    depth > 1 && h("button", { type: "button", class: "icon-button", "aria-label": t("back"), title: t("back"), onclick: () => close(false) }, icon("back")),
    h("h2", { id: "modal-title" }, words(view.title)),
    h("button", { type: "button", class: "icon-button end", "aria-label": t("close"), title: t("close"), onclick: () => close(true) }, icon("close")));
  const foot = h("div", { class: "dialog-foot" },
    h("button", { type: "button", class: "button", onclick: () => close(false), data: { key: "modal-close" } }, view.close ? words(view.close) : t("close")),
    view.submit && h("button", { type: "button", class: "button primary", onclick: submit, data: { key: "modal-submit" } }, words(view.submit)));
  keepingFocus(open.box, () => open.box.replaceChildren(head, body, foot));
  body.scrollTop = scrolled;
  open.box.classList.toggle("stacked", depth > 1);
}

function focusFirst(wrong) {
  const { box } = open;
  const bad = wrong && box.querySelector("[aria-invalid]");
  const field = reachable(box.querySelector(".dialog-body")).find((node) => node.matches("input, select, textarea"));
  (bad || field || box).focus();
  if (bad) bad.closest(".input")?.scrollIntoView({ block: "center" });
}
