// Making and replacing elements. Text goes in as text, never as HTML.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "color") node.style.setProperty("--bar", value);
    else if (["value", "checked", "disabled", "hidden", "selected", "open"].includes(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PATHS = {
  close: "M6 6l12 12M18 6L6 18",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  thread: "M4 6h16v10H10l-4 4v-4H4z",
  send: "M4 12l16-7-5 15-4-6z",
  hash: "M9 4L7 20M17 4l-2 16M4 9h16M3.5 15h16",
  back: "M14 6l-6 6 6 6",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M4 4l1.6 1.6M18.4 18.4L20 20M2 12h2M20 12h2M4 20l1.6-1.6M18.4 5.6L20 4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
  bug: "M9 9V7a3 3 0 0 1 6 0v2M7 10h10v5a5 5 0 0 1-10 0zM12 10v9M3.5 9.5L7 11M20.5 9.5L17 11M3.5 19L7 16.500M20.5 19L17 16.500M3 14h4M17 14h4",
  shop: "M4 9l1.5-5h13L20 9M4 9v11h16V9M4 9h16M9 20v-6h6v6",
  check: "M5 12.500l4.5 4.500L19 7.5",
  down: "M6 9l6 6 6-6",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  chat: "M4 5h16v11H9l-5 4z",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  bolt: "M13 3L5 13.500h6L10 21l8-10.500h-6z",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M16 4.500a3.5 3.5 0 0 1 0 6.500M18 14.500c2 .8 3.200 2.700 3.5 5.5",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

// A button with a picture and a name that screen readers and tooltips speak.
export function iconButton(name, label, onclick, extra = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...extra }, icon(name));
}

const drawn = new WeakMap();

// Draw into a place only if what it depends on changed, and keep the keyboard's place.
export function draw(place, depends, make) {
  const mark = JSON.stringify(depends);
  if (drawn.get(place) === mark) return false;
  drawn.set(place, mark);
  keepingFocus(place, () => place.replaceChildren(...[make()].flat().filter(Boolean)));
  return true;
}

export function forget(place) {
  drawn.delete(place);
}

export function keepingFocus(place, change) {
  const active = document.activeElement;
  const inside = active && active !== place && place.contains(active);
  const key = inside ? active.dataset.key : null;
  const range = inside && "selectionStart" in active ? safely(() => [active.selectionStart, active.selectionEnd]) : null;
  change();
  if (!inside) return;
  const again = key ? [...place.querySelectorAll("[data-key]")].find((node) => node.dataset.key === key) : null;
  const next = again && !again.disabled ? again : place.closest("[tabindex]") ?? place.querySelector("[tabindex]");
  next?.focus({ preventScroll: true });
  if (again && range && range[0] !== null) safely(() => again.setSelectionRange(...range));
}

function safely(ask) {
  try {
    return ask();
  } catch {
    return null;
  }
}

// Keep a list of keyed rows; each is made again only when its data changed.
export function drawList(place, rows, keyOf, make) {
  const known = new Map([...place.children].map((node) => [node.dataset.row, node]));
  let before = null;
  for (const row of rows) {
    const key = keyOf(row);
    const mark = JSON.stringify(row);
    let node = known.get(key);
    if (!node || drawn.get(node) !== mark) node = renewed(place, node, row, key, mark, make);
    known.delete(key);
    const wanted = before ? before.nextSibling : place.firstChild;
    if (wanted !== node) place.insertBefore(node, wanted);
    before = node;
  }
  for (const gone of known.values()) gone.remove();
}

function renewed(place, old, row, key, mark, make) {
  const fresh = make(row);
  fresh.dataset.row = key;
  drawn.set(fresh, mark);
  if (!old) return fresh;
  const holder = h("div");
  const active = old.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  old.replaceWith(fresh);
  fresh.classList.add("changed");
  holder.append(old);
  if (active) {
    const again = [...fresh.querySelectorAll("[data-key]")].find((node) => node.dataset.key === active);
    (again ?? fresh).focus({ preventScroll: true });
  }
  return fresh;
}
