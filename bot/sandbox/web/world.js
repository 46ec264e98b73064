// Beside Slack: the shop's shelf, its orders, the money, and what customers were told.

import { customerForms, customerState, pages } from "./customer.js";
import { draw, forget, h, icon, iconButton } from "./dom.js";
import { act, app, done, set } from "./store.js";
import { amount, clock, minor, shortDay, t } from "./words.js";

const TABS = ["stock", "orders", "cash", "customer"];
const before = { stock: new Map(), cash: null };

export function drawWorld() {
  const place = document.getElementById("world");
  const { worldTab, language } = app.ui;
  const { shop } = app.data;
  noticeRefunds(shop.cash);
  if (app.ui.order) return drawOrder(place, shop.orders.find((one) => one.id === app.ui.order));
  const parts = { stock: shop.products, orders: shop.orders, cash: shop.cash, customer: [shop.mails, app.ui.customer, shop.coupons, app.data.checkouts] };
  draw(place, [worldTab, language, parts[worldTab]], () => [
    h("div", { class: "head" }, h("h2", {}, icon("shop"), shop.name), iconButton("close", t("close_shop"), () => set({ worldOpen: false }), { class: "icon-button end only-wide" })),
    h("div", { class: "tablist", role: "tablist", "aria-label": t("shop"), onkeydown: moveTab }, TABS.map(tab)),
    h("div", { class: "panel", role: "tabpanel", tabindex: "0", "aria-label": t(`tab_${worldTab}`) }, DRAWN[worldTab](shop)),
  ]);
}

function tab(name) {
  const chosen = app.ui.worldTab === name;
  return h("button", { type: "button", role: "tab", class: "tab", "aria-selected": String(chosen), tabindex: chosen ? "0" : "-1", onclick: () => set({ worldTab: name }), data: { key: `world-${name}` } }, t(`tab_${name}`));
}

function moveTab(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = TABS[(TABS.indexOf(app.ui.worldTab) + step + TABS.length) % TABS.length];
  set({ worldTab: next });
  document.querySelector(`[data-key="world-${next}"]`)?.focus();
}

const DRAWN = { stock, orders, cash, customer };

// The stock that moved since it was last drawn stands out for a moment.
function stock({ products, currency }) {
  const rows = products.map((one) => {
    const old = before.stock.get(one.id);
    const moved = old !== undefined && old !== one.stock;
    before.stock.set(one.id, one.stock);
    return h("tr", { class: one.parent ? "variation" : "product" },
      h("th", { scope: "row" }, h("span", { class: "name" }, one.name), one.sku && h("code", {}, one.sku)),
      h("td", { class: "right" }, one.variable ? "" : amount(Number(one.price), currency)),
      h("td", { class: moved ? "right level moved" : "right level" }, level(one, moved ? old : null)));
  });
  return h("table", { class: "shelf" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("product")), h("th", { scope: "col", class: "right" }, t("price")), h("th", { scope: "col", class: "right" }, t("stock")))), h("tbody", {}, rows));
}

function level(one, old) {
  if (one.shared) return h("span", { class: "muted", title: t("stock_shared") }, t("stock_shared_short"));
  if (one.stock === null) return h("span", { class: "muted", title: t("stock_unmanaged") }, one.variable ? "" : "–");
  const arrow = old === null ? null : h("span", { class: "muted" }, `${old} → `);
  return [arrow, h("strong", { class: one.stock <= 0 ? "empty-level" : null }, String(one.stock))];
}

function orders({ orders: all }) {
  return h("ul", { class: "cards" }, all.map((one) =>
    h("li", {}, h("button", { type: "button", class: "row-button", onclick: () => set({ order: one.id }), data: { key: `order-${one.id}` } },
      h("span", { class: "row-top" }, h("strong", {}, `#${one.id}`), h("span", { class: "grow" }, one.name), h("span", { class: "number" }, amount(Number(one.total), one.currency))),
      h("span", { class: "row-below" }, h("span", { class: `state ${one.status}` }, t(`order_${one.status}`)), h("span", {}, one.method_title || t("no_method")), h("span", {}, shortDay(one.created)), Number(one.refunded) > 0 && h("span", { class: "minus" }, `−${amount(Number(one.refunded), one.currency)}`))))));
}

function drawOrder(place, one) {
  if (!one) return set({ order: null });
  const again = () => (forget(place), drawWorld());
  return draw(place, ["order", one, customerState(one), app.ui.language], () => [
    h("div", { class: "head" }, iconButton("back", t("back"), () => set({ order: null })), h("h2", {}, t("order_title", { number: one.id })), h("span", { class: `state ${one.status}` }, t(`order_${one.status}`))),
    h("div", { class: "panel order" },
      h("p", {}, h("strong", {}, one.name), one.guest && h("span", { class: "badge" }, t("guest_customer")), h("br"), h("span", { class: "muted" }, one.email)),
      h("table", {}, h("tbody", {}, one.lines.map((line) => h("tr", {}, h("td", {}, `${line.quantity} × ${line.name}`), h("td", { class: "right" }, amount(Number(line.total), one.currency)))),
        one.refunds.map((refund) => h("tr", { class: "minus" }, h("td", {}, t(refund.paid_back ? "refund_paid" : "refund_booked"), h("div", { class: "muted" }, refund.reason)), h("td", { class: "right" }, `−${amount(Number(refund.amount), one.currency)}`))),
        h("tr", { class: "sum" }, h("td", {}, t("total")), h("td", { class: "right" }, amount(Number(one.total) - Number(one.refunded), one.currency))))),
      h("p", { class: "muted" }, `${one.method_title || t("no_method")} · ${shortDay(one.created)}`),
      h("h3", {}, t("wp_admin")), h("p", { class: "muted" }, t("wp_admin_about")), adminForm(one),
      h("h3", {}, t("as_customer")), h("p", { class: "muted" }, t("as_customer_about")), ...customerForms(one, again),
      h("h3", {}, t("notes")), h("ul", { class: "notes" }, [...one.notes].reverse().map((note) => h("li", { class: note.customer ? "to-customer" : null }, h("span", { class: "muted" }, `${shortDay(note.at)} ${clock(note.at)}${note.customer ? ` · ${t("to_customer")}` : ""}`), h("div", {}, linked(note.text)))))),
  ]);
}

function adminForm(one) {
  const field = h("input", { class: "field short", type: "text", inputmode: "decimal", value: "10.00", "aria-label": t("amount") });
  const refund = (event) => (event.preventDefault(), act({ do: "refund_by_hand", order: one.id, amount: field.value }));
  return h("form", { class: "inline", onsubmit: refund }, field, h("button", { type: "submit", class: "button" }, t("refund_by_hand")), one.status !== "cancelled" && h("button", { type: "button", class: "button", onclick: () => act({ do: "cancel_order", order: one.id }) }, t("cancel_order")));
}

function cash({ cash: entries }) {
  const old = before.cash ?? entries.length;
  before.cash = entries.length;
  const totals = new Map(entries.map((one) => [`${one.gateway} ${one.currency}`, one]));
  const sums = [...totals.values()].map((one) => h("div", { class: "account" }, h("span", { class: "muted" }, `${t(`gateway_${one.gateway}`)} · ${one.currency}`), h("strong", { class: "number" }, minor(one.total, one.currency, one.decimals))));
  const rows = entries.map((one, number) => [one, number >= old]).reverse().map(([one, fresh]) =>
    h("li", { class: fresh ? "entry moved" : "entry" },
      h("span", { class: `sign ${one.minor < 0 ? "out" : "in"}`, "aria-hidden": "true" }, one.minor < 0 ? "−" : "+"),
      h("span", { class: "grow" }, h("span", {}, t(`entry_${one.kind}`), " ", one.order && h("button", { type: "button", class: "link", onclick: () => set({ order: Number(one.order) }) }, `#${one.order}`)), h("span", { class: "muted" }, [t(`gateway_${one.gateway}`), shortDay(one.at), clock(one.at), one.note].filter(Boolean).join(" · "))),
      h("span", { class: `number ${one.minor < 0 ? "minus" : ""}` }, minor(one.minor, one.currency, one.decimals), h("span", { class: "muted total" }, minor(one.total, one.currency, one.decimals)))));
  return [h("div", { class: "accounts" }, sums), h("ul", { class: "ledger", "aria-label": t("tab_cash") }, rows)];
}

function noticeRefunds(entries) {
  const refunds = entries.filter((one) => one.kind === "refund" && Date.now() / 1000 - one.at < 120).length;
  if (before.refunds !== undefined && refunds > before.refunds) setTimeout(() => done("refund"));
  before.refunds = refunds;
}

function customer({ mails }) {
  const { checkouts } = app.data;
  const people = [...new Set([...mails.map((one) => one.to), ...checkouts.map((one) => one.email)])];
  const chosen = people.includes(app.ui.customer) ? app.ui.customer : "";
  const pick = (event) => set({ customer: event.target.value });
  const options = [h("option", { value: "" }, t("all_customers")), ...people.sort().map((one) => h("option", { value: one, selected: one === chosen }, one))];
  const shown = mails.filter((one) => !chosen || one.to === chosen);
  return [
    h("label", { class: "filter" }, h("span", { class: "muted" }, t("inbox_of")), h("span", { class: "select" }, h("select", { onchange: pick, data: { key: "inbox-of" } }, options))),
    ...pages(checkouts.filter((one) => !chosen || one.email === chosen)),
    shown.length ? h("ul", { class: "mails" }, shown.map(mail)) : h("p", { class: "empty" }, t("inbox_empty")),
  ];
}

function mail(one) {
  return h("li", { class: `mail ${one.kind}` }, h("div", { class: "row-top" }, h("strong", { class: "grow" }, t(`mail_${one.kind}`)), h("span", { class: "muted" }, `${shortDay(one.at)} ${clock(one.at)}`)), h("div", { class: "muted" }, `${one.to} · #${one.order}`), h("p", {}, linked(one.text)));
}

// Mails are plain text here; only addresses of the web become links.
function linked(text) {
  const plain = text.replace(/<a [^>]*href="(https?:[^"]+)"[^>]*>.*?<\/a>/g, "$1").replace(/&rarr;/g, "→").replace(/&amp;/g, "&");
  return plain.split(/(https?:\/\/[^\s<>"]+)/).map((part) => (/^https?:/.test(part) ? h("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part));
}

export function redrawWorld() {
  forget(document.getElementById("world"));
}
