// The keyboard: arrows in the list of groups, Esc out of a conversation.

import { $ } from "./dom.js";
import { links, linkTo, rove } from "./groups.js";
import { go } from "./route.js";

const steps = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };

$("groups").addEventListener("keydown", (event) => {
  const step = steps[event.key];
  const all = links();
  if (!step || !all.length) return;
  event.preventDefault();
  const at = all.indexOf(document.activeElement);
  const to = all[Math.max(0, Math.min(all.length - 1, at + step))];
  rove(to);
  to.focus();
});

// Esc leads from the conversation to the list. On a phone that is another view.
$("main").addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  event.preventDefault();
  leave();
});

function leave() {
  const from = document.body.dataset.open;
  if (isNarrow()) go("/");
  (linkTo(from) ?? links()[0] ?? $("new")).focus();
}

export const isNarrow = () => getComputedStyle($("back")).display !== "none";

$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  focusMain();
});

// focusMain puts the focus where the conversation goes on: into the box, but not on a phone, whose keyboard would cover
// half of what there is to read.
export function focusMain() {
  ($("send").hidden || isNarrow() ? $("main") : $("text")).focus();
}
