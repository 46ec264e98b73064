// The small dialogue that asks "are you sure" before a button or a choice counts.

import { h } from "./dom.js";
import { trap } from "./trap.js";
import { textNodes, words } from "./rich.js";

export function confirmed(dialogue, who) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const end = (answer) => {
      veil.remove();
      before?.focus?.();
      resolve(answer);
    };
    const yes = h("button", { type: "button", class: dialogue.style === "danger" ? "button danger" : "button primary", onclick: () => end(true) }, words(dialogue.confirm));
    const no = h("button", { type: "button", class: "button", onclick: () => end(false) }, words(dialogue.deny));
    const box = h("div", { class: "dialog small", role: "alertdialog", "aria-modal": "true", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text", tabindex: "-1" },
      h("h2", { id: "confirm-title" }, words(dialogue.title)),
      h("p", { id: "confirm-text" }, textNodes(dialogue.text, who)),
      h("div", { class: "dialog-foot" }, no, yes));
    const veil = h("div", { class: "veil top" }, box);
    document.body.append(veil);
    trap(box, () => end(false));
    yes.focus();
  });
}
