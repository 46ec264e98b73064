// Fields and menus: what is chosen or typed goes to the app's side at once, as in Slack.

import { h } from "./dom.js";
import { combobox } from "./combobox.js";
import { confirmed } from "./confirm.js";
import { textNodes, words } from "./rich.js";
import { toast } from "./store.js";
import { has, t } from "./words.js";

const PAUSE = 250;

export function keyOf(block, element) {
  return `${block.block_id}/${element.action_id}`;
}

function held(surface, block, element) {
  return surface.values?.[block.block_id]?.[element.action_id] ?? {};
}

async function choose(surface, block, element, value) {
  if (element.confirm && !(await confirmed(element.confirm, surface.who))) return surface.redraw();
  return surface.send({ do: "choose", action: element.action_id, block: block.block_id, value });
}

function common(block, element, label) {
  const describedBy = [block.hint && `${block.block_id}-hint`, `${block.block_id}-error`].filter(Boolean).join(" ");
  return {
    "aria-label": label.text,
    "aria-describedby": block.type === "input" ? describedBy : null,
    data: { key: keyOf(block, element) },
  };
}

function named(block, element) {
  const text = block.type === "input" ? block.label.text : element.placeholder?.text ?? block.text?.text ?? element.action_id;
  return { text };
}

function selectOptions(element, chosen) {
  const option = (one) => h("option", { value: one.value, selected: chosen === one.value }, words(one.text));
  if (!element.option_groups) return element.options.map(option);
  return element.option_groups.map((group) => h("optgroup", { label: words(group.label) }, group.options.map(option)));
}

function singleSelect(options, chosen, props, element, onpick) {
  const empty = h("option", { value: "", selected: !chosen, disabled: Boolean(chosen) && !props.optional }, words(element.placeholder) || t("choose"));
  const pick = (event) => onpick(event.target.value || null);
  return h("span", { class: "select" }, h("select", { ...props, optional: null, onchange: pick }, empty, options));
}

function staticSelect(block, element, surface) {
  const chosen = held(surface, block, element).selected_option?.value;
  const props = { ...common(block, element, named(block, element)), optional: block.optional };
  return singleSelect(selectOptions(element, chosen), chosen, props, element, (value) => choose(surface, block, element, value));
}

function usersSelect(block, element, surface) {
  const chosen = held(surface, block, element).selected_user;
  const people = Object.values(surface.who.users).filter((one) => !one.deleted);
  const options = people.map((one) => h("option", { value: one.id, selected: one.id === chosen }, one.real_name));
  return singleSelect(options, chosen, common(block, element, named(block, element)), element, (value) => choose(surface, block, element, value));
}

function channelsSelect(block, element, surface) {
  const state = held(surface, block, element);
  const chosen = state.selected_channel ?? state.selected_conversation;
  const rooms = surface.who.channels.filter((one) => one.name);
  const options = rooms.map((one) => h("option", { value: one.id, selected: one.id === chosen }, `#${one.name}`));
  return singleSelect(options, chosen, common(block, element, named(block, element)), element, (value) => choose(surface, block, element, value));
}

function multiSelect(block, element, surface) {
  const chosen = held(surface, block, element).selected_options ?? [];
  const values = chosen.map((one) => one.value);
  const all = element.options ?? element.option_groups.flatMap((group) => group.options);
  const send = async (list) => {
    await choose(surface, block, element, list);
    surface.redraw();
  };
  const chip = (one) =>
    h("button", { type: "button", class: "chip", "aria-label": t("remove", { what: words(one.text) }), onclick: () => send(values.filter((value) => value !== one.value)) }, words(one.text), " ×");
  const rest = all.filter((one) => !values.includes(one.value)).map((one) => h("option", { value: one.value }, words(one.text)));
  const menu = singleSelect(rest, null, common(block, element, named(block, element)), element, (value) => value && send([...values, value]));
  return h("div", { class: "multi" }, chosen.map(chip), menu);
}

function externalSelect(block, element, surface) {
  const chosen = held(surface, block, element).selected_option;
  return combobox({
    props: common(block, element, named(block, element)),
    drafts: surface.drafts ?? new Map(),
    shown: chosen ? words(chosen.text) : "",
    placeholder: words(element.placeholder) || t("type_to_search"),
    least: element.min_query_length ?? 3,
    ask: async (typed) => (await surface.send({ do: "menu", action: element.action_id, block: block.block_id, value: typed })).options ?? [],
    pick: (value) => choose(surface, block, element, value),
  });
}

function group(block, element, surface, kind) {
  const state = held(surface, block, element);
  const chosen = kind === "radio" ? [state.selected_option?.value] : (state.selected_options ?? []).map((one) => one.value);
  const name = keyOf(block, element);
  const change = (event) => {
    const box = event.target.closest(".group");
    const values = [...box.querySelectorAll("input:checked")].map((one) => one.value);
    choose(surface, block, element, kind === "radio" ? values[0] : values);
  };
  const option = (one, number) =>
    h("label", { class: "option" },
      h("input", { type: kind, name, value: one.value, checked: chosen.includes(one.value), onchange: change, data: { key: `${name}/${number}` } }),
      h("span", {}, h("span", { class: "option-text" }, textNodes(one.text, surface.who)), one.description && h("span", { class: "option-about" }, textNodes(one.description, surface.who))));
  const role = kind === "radio" ? "radiogroup" : "group";
  const props = { class: "group", role, "aria-label": named(block, element).text };
  return h("div", props, element.options.map(option));
}

function textField(block, element, surface) {
  const { send, drafts } = surface;
  const key = keyOf(block, element);
  const kept = held(surface, block, element).value ?? "";
  let timer = null;
  const deliver = (node, enter) => {
    clearTimeout(timer);
    timer = null;
    return send({ do: "type", action: element.action_id, block: block.block_id, value: node.value, enter });
  };
  const oninput = (event) => {
    drafts?.set(key, event.target.value);
    clearTimeout(timer);
    timer = setTimeout(() => deliver(event.target, false), PAUSE);
  };
  const onblur = (event) => timer && deliver(event.target, false);
  const onkeydown = (event) => {
    if (event.key !== "Enter" || element.multiline || event.isComposing) return;
    event.preventDefault();
    if (block.dispatch_action) deliver(event.target, true);
    else surface.submit?.();
  };
  const props = {
    ...common(block, element, named(block, element)),
    class: "field",
    placeholder: words(element.placeholder),
    maxlength: element.max_length,
    oninput, onblur, onkeydown,
    value: drafts?.get(key) ?? kept,
    autocomplete: "off",
  };
  if (element.multiline) return h("textarea", { ...props, rows: 4 });
  const kinds = { number_input: ["text", "decimal"], email_text_input: ["text", "email"], url_text_input: ["text", "url"] };
  const [type, mode] = kinds[element.type] ?? ["text", null];
  return h("input", { ...props, type, inputmode: mode });
}

function dateField(block, element, surface, type, key) {
  const onchange = (event) => event.target.value && choose(surface, block, element, event.target.value);
  return h("input", { ...common(block, element, named(block, element)), class: "field short", type, value: held(surface, block, element)[key] ?? "", onchange });
}

function momentField(block, element, surface) {
  const seconds = held(surface, block, element).selected_date_time;
  const local = seconds ? new Date(seconds * 1000 - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 16) : "";
  const onchange = (event) => choose(surface, block, element, Math.round(new Date(event.target.value).getTime() / 1000));
  return h("input", { ...common(block, element, named(block, element)), class: "field short", type: "datetime-local", value: local, onchange });
}

function contentOf(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve({ name: file.name, data: reader.result.slice(reader.result.indexOf(",") + 1) });
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

function fileField(block, element, surface) {
  const chosen = held(surface, block, element).files ?? [];
  const onchange = async (event) => {
    const files = await Promise.all([...event.target.files].map(contentOf));
    const answer = await surface.send({ do: "files", action: element.action_id, block: block.block_id, files });
    if (answer.error) toast(t("file_not_taken"));
    surface.redraw();
  };
  const accept = (element.filetypes ?? []).map((one) => `.${one}`).join(",");
  const several = (element.max_files ?? 10) > 1;
  const props = { ...common(block, element, named(block, element)), class: "field", type: "file", accept, multiple: several, onchange };
  const shown = chosen.map((one) => h("li", {}, h("img", { class: "picture thumb", src: `/files/${one.id}`, alt: one.name })));
  return h("div", { class: "files" }, h("input", props), chosen.length ? h("ul", { class: "chosen-files" }, shown) : null);
}

export const FIELDS = {
  plain_text_input: textField,
  email_text_input: textField,
  url_text_input: textField,
  number_input: textField,
  static_select: staticSelect,
  multi_static_select: multiSelect,
  external_select: externalSelect,
  users_select: usersSelect,
  channels_select: channelsSelect,
  conversations_select: channelsSelect,
  checkboxes: (block, element, surface) => group(block, element, surface, "checkbox"),
  radio_buttons: (block, element, surface) => group(block, element, surface, "radio"),
  datepicker: (block, element, surface) => dateField(block, element, surface, "date", "selected_date"),
  timepicker: (block, element, surface) => dateField(block, element, surface, "time", "selected_time"),
  datetimepicker: momentField,
  file_input: fileField,
};

export function inputBlock(block, surface) {
  const make = FIELDS[block.element.type];
  const said = surface.errors?.[block.block_id];
  const error = has(said) ? t(said) : said;
  const field = make ? make(block, block.element, surface) : h("p", { class: "muted" }, t("not_shown", { what: block.element.type }));
  const first = field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea");
  if (error) first?.setAttribute("aria-invalid", "true");
  return h("div", { class: error ? "input wrong" : "input" },
    h("div", { class: "label" }, words(block.label), block.optional && h("span", { class: "optional" }, ` ${t("optional")}`)),
    field,
    h("div", { class: "error", id: `${block.block_id}-error`, role: error ? "alert" : null }, error ?? ""),
    block.hint && h("div", { class: "hint", id: `${block.block_id}-hint` }, words(block.hint)));
}
