// What is read out to people who do not see the page: one sentence for what is new, not the conversation.

import { $ } from "./dom.js";

// announce reads a sentence out.
export function announce(sentence) {
  $("announce").textContent = sentence;
}

let timer;

// showError shows an error that belongs to nothing on the page.
export function showError(err) {
  console.warn(err);
  $("error").textContent = err.message;
  $("error").hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => ($("error").hidden = true), 6000);
}
