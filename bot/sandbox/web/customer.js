// What a person does as the customer of an order: ask for an exchange, spend a credit, pay or not.

import { h } from "./dom.js";
import { act, app } from "./store.js";
import { amount, has, minor, shortDay, t } from "./words.js";

const drafts = new Map();
const answers = new Map();

// The forms of one order. What was typed and what was answered outlives their being drawn again.
export function customerForms(one, redraw) {
  const goods = one.lines.filter((line) => line.goods);
  if (!goods.length) return pages(of(one));
  return [ask(one, goods, redraw), buy(one, redraw), ...pages(of(one))];
}

export function customerState(one) {
  return [of(one), app.data.shop.products];
}

function of(one) {
  return app.data.checkouts.filter((page) => page.email === one.email);
}

function ask(one, goods, redraw) {
  const form = { name: "ask_exchange", order: one.id, redraw };
  const lines = goods.map((line) => option(line.id, `${line.quantity} × ${line.name}`));
  const reasons = app.data.shop.reasons.map((name) => option(name, t(`reason_${name}`)));
  return drawForm(form, "ask_exchange", [
    field(form, "line", t("comes_back"), menu(lines), String(goods[0].id)),
    field(form, "quantity", t("quantity"), h("input", { class: "field short", type: "text", inputmode: "numeric", autocomplete: "off" }), "1"),
    field(form, "reason", t("reason"), menu(reasons), app.data.shop.reasons[0]),
    field(form, "product", t("wanted_instead"), menu([option("", t("choose")), ...articles(one.currency, false)]), ""),
  ], (answer) => t("asked_as", { number: answer.number }));
}

function buy(one, redraw) {
  const form = { name: "buy_with_credit", order: one.id, redraw };
  return drawForm(form, "buy_with_credit", [
    field(form, "product", t("article"), menu([option("", t("choose")), ...articles(one.currency, true)]), ""),
    field(form, "code", t("credit_code"), h("input", { class: "field", type: "text", autocomplete: "off", spellcheck: "false", placeholder: "CREDIT-…" }), ""),
  ], (answer) => t("bought_as", { number: answer.order, amount: amount(Number(answer.total), one.currency) }));
}

// Variants stand below the name of their product; a shop sells nothing it has not got.
function articles(currency, selling) {
  const { products } = app.data.shop;
  return products.filter((one) => !one.parent).map((top) => {
    if (!top.variable) return article(top, top.name, currency, selling);
    return h("optgroup", { label: top.name }, products.filter((one) => one.parent === top.id).map((one) => article(one, one.full_name, currency, selling)));
  });
}

function article(one, name, currency, selling) {
  const gone = one.left !== null && one.left <= 0 && !one.backorders;
  const level = gone ? t("sold_out") : one.left === null ? null : t("left_in_stock", { count: one.left });
  const text = [name, amount(Number(one.price), currency), level].filter(Boolean).join(" · ");
  return h("option", { value: String(one.id), disabled: gone && selling }, text);
}

function option(value, text) {
  return h("option", { value: String(value) }, text);
}

function menu(options) {
  return h("select", { class: "field" }, options);
}

function drawForm(form, label, fields, said) {
  const key = `${form.name}-${form.order}`;
  const { error, told } = answers.get(key) ?? {};
  const send = async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(fields.map((one) => [one.named, one.control.value]));
    const answer = await act({ do: form.name, order: form.order, ...values }, { quiet: true });
    answers.set(key, answer.error ? { error: answer } : Object.keys(answer).length ? { told: said(answer) } : {});
    if (answers.get(key).told) fields.forEach((one) => drafts.delete(one.control.dataset.key));
    form.redraw();
    if (answer.field) document.querySelector(`[data-key="${key}-${answer.field}"]`)?.focus();
  };
  const about = error && !error.field ? h("p", { class: "wrong-field", role: "alert" }, words(error.error)) : null;
  return h("form", { class: "stacked", onsubmit: send, novalidate: true, "aria-label": t(label) }, fields.map((one) => one.node), about,
    h("button", { type: "submit", class: "button", data: { key: `${key}-send` } }, t(label)), h("p", { class: "muted", role: "status" }, told ?? ""));
}

function field(form, named, label, control, usual) {
  const key = `${form.name}-${form.order}-${named}`;
  const { error } = answers.get(`${form.name}-${form.order}`) ?? {};
  const wrong = error?.field === named;
  control.id = control.dataset.key = key;
  control.value = drafts.get(key) ?? usual;
  control.addEventListener("input", () => drafts.set(key, control.value));
  if (wrong) control.setAttribute("aria-invalid", "true");
  if (wrong) control.setAttribute("aria-describedby", `${key}-wrong`);
  const about = wrong && h("span", { class: "wrong-field", id: `${key}-wrong`, role: "alert" }, words(error.error));
  return { named, control, node: h("div", {}, h("div", { class: "filter" }, h("label", { class: "muted", for: key }, label), control), about) };
}

function words(text) {
  return has(text) ? t(text) : text;
}

// The pages customers were asked to pay on, and what a sandbox can let happen to each.
export function pages(all) {
  if (!all.length) return [];
  return [h("h3", {}, t("checkouts")), h("p", { class: "muted" }, t("checkouts_about")), h("ul", { class: "pages" }, all.map(page))];
}

function page(one) {
  const price = minor(one.minor, one.currency, one.decimals);
  return h("li", { class: "mail" },
    h("div", { class: "row-top" }, h("strong", { class: "grow" }, one.about), h("span", { class: "number" }, price)),
    h("div", { class: "row-below" }, h("span", { class: `state ${one.state}` }, t(`checkout_${one.state}`)), h("span", {}, `${one.email} · ${shortDay(one.at)}`)),
    h("div", { class: "inline" }, deeds(one)));
}

function deeds(one) {
  const settle = (succeeded) => () => act({ do: "settle_checkout", session: one.id, succeeded });
  const button = (name, onclick) => h("button", { type: "button", class: "button", onclick, data: { key: `${name}-${one.id}` } }, t(`checkout_${name}`));
  if (one.state === "open") {
    const link = h("a", { class: "button", href: one.url, target: "_blank", rel: "noopener noreferrer", data: { key: `pay-${one.id}` } }, t("checkout_pay"));
    return [link, button("expire", () => act({ do: "expire_checkout", session: one.id }))];
  }
  return one.state === "pending" ? [button("arrive", settle(true)), button("fail", settle(false))] : [];
}
