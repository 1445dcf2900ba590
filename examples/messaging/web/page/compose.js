// The box in which a message is written. Each conversation has its own draft, which a reload keeps.

import { $ } from "./dom.js";
import * as outbox from "./outbox.js";
import { session } from "./session.js";
import { keep, kept } from "./storage.js";

const most = 1024; // characters: the server allows no more

let place = null;
let posted = () => {};

// onPost calls f after each message that is sent from the box.
export function onPost(f) {
  posted = f;
}

const keyOf = (p) => `draft/${session.user.user_handle}/${p.group ?? `new/${p.handle}`}`;
const draft = (p) => kept("sessionStorage", keyOf(p)) ?? "";

// show shows the draft for a place, or none.
export function show(to) {
  place = to;
  $("text").value = to ? draft(to) : "";
  fit();
}

// add puts a text back that was not sent.
export function add(text) {
  $("text").value = [$("text").value, text].filter(Boolean).join("\n");
  save();
  $("text").focus();
}

function save() {
  if (place) keep("sessionStorage", keyOf(place), $("text").value || undefined);
  fit();
}

// fit makes the box as high as its text, and says how many characters are left when it are few.
function fit() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, window.innerHeight / 3)}px`;
  const left = most - [...box.value.trim()].length;
  const count = `${Math.abs(left)} character${Math.abs(left) === 1 ? "" : "s"}`;
  const few = left < 100 ? `${count} ${left < 0 ? "too many" : "left"}` : "";
  if ($("left").textContent !== few) $("left").textContent = few;
  $("send").querySelector("button").disabled = left < 0 || !box.value.trim();
}

// send takes the text out of the box at once: what is typed next belongs to the next message.
function send(event) {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!place || !text || [...text].length > most) return;
  $("text").value = "";
  save();
  outbox.put(place, text);
  posted();
  $("text").focus();
}

$("send").addEventListener("submit", send);
$("text").addEventListener("input", save);
$("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!event.repeat) $("send").requestSubmit();
});
