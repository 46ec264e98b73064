// Keeps the keyboard inside a dialogue: Tab goes round, Escape leaves.

const REACHABLE = "a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex='0']";

export function reachable(box) {
  return [...box.querySelectorAll(REACHABLE)].filter((node) => node.offsetParent !== null);
}

export function trap(box, leave) {
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      leave();
    }
    if (event.key !== "Tab") return;
    const nodes = reachable(box);
    if (!nodes.length) return;
    const [first, last] = [nodes[0], nodes.at(-1)];
    const here = document.activeElement;
    if (event.shiftKey && (here === first || here === box)) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && here === last) {
      event.preventDefault();
      first.focus();
    }
  });
}

// A list that opens below a button: arrows move, Escape and a click elsewhere close it.
export function popover(button, makeItems, place = "right") {
  const list = document.createElement("div");
  list.className = `popover ${place}`;
  list.setAttribute("role", "menu");
  list.append(...makeItems(() => close(true)));
  button.setAttribute("aria-expanded", "true");
  button.parentElement.append(list);
  const items = () => [...list.querySelectorAll("[role^=menuitem]")];
  const outside = (event) => list.contains(event.target) || event.target === button || button.contains(event.target) || close(false);
  function close(refocus) {
    list.remove();
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (refocus) button.focus();
  }
  list.addEventListener("keydown", (event) => {
    const at = items().indexOf(document.activeElement);
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) {
      event.preventDefault();
      items().at((at + moves[event.key]) % items().length)?.focus();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      close(true);
    } else if (event.key === "Tab") close(false);
  });
  document.addEventListener("pointerdown", outside, true);
  (items().find((item) => item.getAttribute("aria-checked") === "true") ?? items()[0])?.focus();
  const below = list.getBoundingClientRect();
  if (below.bottom > innerHeight - 8) list.classList.add("up");
  return close;
}
