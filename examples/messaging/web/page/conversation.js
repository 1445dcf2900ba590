// The conversation that is open: a group, or a person with whom one is to begin.

import { announce, showError } from "./announce.js";
import { api, reach, Refused } from "./api.js";
import * as compose from "./compose.js";
import { $, face } from "./dom.js";
import * as groups from "./groups.js";
import * as marks from "./marks.js";
import { drawMessages } from "./messages.js";
import { isLarge, titleOf } from "./names.js";
import * as outbox from "./outbox.js";
import { session } from "./session.js";

let place = null; // {group} or {handle}
let messages = new Map(); // by time and id
let next = ""; // the cursor of the page before
let loaded = false;
let unreadFrom = "";
let stuck = true; // the reader is at the end, and stays there

const isOpen = (p) => p === place;
const keyOf = (m) => `${m.created_at} ${m.message_uuid}`;
const path = (group) => `messages/${encodeURIComponent(group)}`;

// close shows a sentence in place of a conversation.
export function close(sentence, { link = false } = {}) {
  place = null;
  messages = new Map();
  loaded = false;
  compose.show(null);
  frame();
  const [text, a] = $("notice").children;
  text.textContent = sentence;
  a.hidden = !link;
  groups.open(null);
}

// begin shows an empty conversation with a person.
export function begin(person) {
  reset({ handle: person.user_handle }, { ...person, title: person.user_display_name });
  loaded = true;
  draw();
}

// open shows the conversation of a group.
export async function open(group) {
  if (place?.group === group) return;
  const mine = { group };
  reset(mine, groups.find(group));
  groups.open(group);
  unreadFrom = marks.readTo(group);
  try {
    const found = await reach(() => groups.one(group), () => isOpen(mine));
    if (!isOpen(mine)) return;
    frame(found);
    await reach(look, () => isOpen(mine));
  } catch (err) {
    if (!isOpen(mine)) return;
    if (!(err instanceof Refused)) throw err;
    close(err.status === 403 ? "You are not in this conversation." : "There is no such conversation.", { link: true });
  }
}

function reset(to, group) {
  place = to;
  messages = new Map();
  next = "";
  loaded = false;
  unreadFrom = "";
  stuck = true;
  frame(group);
  draw();
  compose.show(to);
}

// frame shows the parts that a conversation has, if there is one. Its group may not be known yet.
function frame(group) {
  const title = group ? titleOf(group) : "";
  $("head").hidden = $("scroll").hidden = $("send").hidden = !place;
  $("notice").hidden = Boolean(place);
  $("title").textContent = title;
  $("me").textContent = `You are ${session.user.user_display_name}`;
  $("face").replaceChildren(...(group ? [face(title, isLarge(group))] : []));
  document.body.dataset.title = title;
  $("newer").hidden = true;
}

// look reads the new messages, page by page until one has a message that is known.
export async function look() {
  const mine = place;
  if (!mine?.group) return;
  const first = !loaded;
  const fresh = [];
  for (let cursor = "", met = false; !met; ) {
    const page = await api(session.user.user_handle, path(mine.group), { params: { cursor } });
    if (!isOpen(mine)) return;
    met = first || !page.next || page.items.some((m) => messages.has(keyOf(m)));
    fresh.push(...page.items.filter((m) => !messages.has(keyOf(m))));
    for (const m of page.items) messages.set(keyOf(m), m);
    if (first) next = page.next;
    cursor = page.next;
  }
  loaded = true;
  draw();
  if (!first) tell(fresh.filter((m) => m.user_uuid !== session.user.user_uuid));
  await read();
  watch();
}

// tell reads out what others wrote.
function tell(fresh) {
  if (fresh.length === 1) announce(`${fresh[0].user_display_name}: ${fresh[0].message}`);
  if (fresh.length > 1) announce(`${fresh.length} new messages`);
  if (fresh.length && !stuck) $("newer").hidden = false;
}

// read marks the conversation as read, if its end can be seen.
async function read() {
  if (!place?.group || !messages.size || document.hidden || !stuck) return;
  await marks.read(place.group, newest().created_at);
  groups.draw();
}

const sorted = () => [...messages.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
const newest = () => sorted().at(-1);

// older reads the page before the messages that are shown, and keeps those where they are.
async function older() {
  const mine = place;
  const page = await reach(() => api(session.user.user_handle, path(mine.group), { params: { cursor: next } }), () => isOpen(mine));
  if (!page || !isOpen(mine)) return;
  next = page.next;
  for (const m of page.items) messages.set(keyOf(m), m);
  const box = $("scroll");
  const below = box.scrollHeight - box.scrollTop;
  draw();
  box.scrollTop = box.scrollHeight - below;
  watch();
}

// arrived takes a message that was sent from here.
export function arrived(entry, message) {
  if (place?.group !== message.message_group_uuid) return;
  messages.set(keyOf(message), message);
}

// draw shows what there is.
export function draw() {
  if (!place) return;
  const known = new Set([...messages.values()].map((m) => m.message_uuid));
  const pending = outbox.to(place).filter((e) => !known.has(e.id));
  drawMessages(sorted(), pending, unreadFrom, { "Try again": outbox.again, Edit: edit, Delete: outbox.drop });
  $("older").hidden = loaded && !next;
  $("scroll").setAttribute("aria-busy", String(!loaded));
  if (stuck) toEnd();
}

function edit(entry) {
  compose.add(entry.text);
  outbox.drop(entry);
}

const atEnd = () => $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < 40;

// toEnd scrolls to the newest message.
export function toEnd() {
  stuck = true;
  $("scroll").scrollTop = $("scroll").scrollHeight;
  $("newer").hidden = true;
}

const observer = new IntersectionObserver(([entry]) => entry.isIntersecting && next && older().catch(showError), { root: $("scroll") });

// A message that gets a line more, a banner, or the keyboard of a phone do not move the end out of sight.
const sizes = new ResizeObserver(() => stuck && toEnd());
sizes.observe($("scroll"));
sizes.observe($("messages"));

// watch reads older messages when the begin of the conversation comes into view.
function watch() {
  observer.unobserve($("older"));
  if (next) observer.observe($("older"));
}

compose.onPost(toEnd);
$("newer").addEventListener("click", () => {
  toEnd();
  $("scroll").focus();
});
$("scroll").addEventListener("scroll", () => {
  stuck = atEnd();
  if (!stuck) return;
  $("newer").hidden = true;
  read().catch(() => {}); // the next look says it
});
