// Elements. Text of people reaches the page through textContent only: it is never markup.

export const $ = (id) => document.getElementById(id);

// element makes an element with children, which are elements or text.
export function element(name, className = "", ...children) {
  const e = document.createElement(name);
  if (className) e.className = className;
  e.append(...children);
  return e;
}

const nodesOf = new WeakMap(); // of a parent: its children by key

// reconcile makes the children of parent those of items. It keeps the node of an item that was there, so that nothing
// loses its focus or selection, and moves it only if its place changed.
export function reconcile(parent, items, key, make, update) {
  const before = nodesOf.get(parent) ?? new Map();
  const after = new Map();
  const focused = document.activeElement;
  for (const item of items) {
    const k = key(item);
    const node = before.get(k) ?? make(item);
    update(node, item);
    after.set(k, node);
  }
  for (const [k, node] of before) if (after.get(k) !== node) node.remove();
  let at = parent.firstChild;
  for (const node of after.values()) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
  nodesOf.set(parent, after);
  if (parent.contains(focused) && document.activeElement !== focused) focused.focus({ preventScroll: true });
}

// setText changes a text only if it is another one.
export function setText(e, text) {
  if (e.textContent !== text) e.textContent = text;
}

// face shows the initials of a name. The colour is that of the name, or one that all larger groups have.
export function face(name, isLarge = false) {
  let hash = 0;
  for (const c of name) hash = (hash * 31 + c.codePointAt(0)) % 6;
  const initials = name.split(/[\s,]+/).slice(0, 2).map((word) => [...word][0] ?? "").join("");
  const e = element("span", `face ${isLarge ? "crowd" : `hue${hash}`}`, initials.toUpperCase());
  e.setAttribute("aria-hidden", "true");
  return e;
}
