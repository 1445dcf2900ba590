// How the messages of a conversation look.

import { $, element, reconcile, setText } from "./dom.js";
import { session } from "./session.js";
import { clock, day, full } from "./time.js";

const pause = 5 * 60 * 1000; // after which a message has its author and time again

// drawMessages shows messages, oldest first, and then those on their way. unreadFrom is the time of the last message that
// was read when the conversation was opened, or "".
export function drawMessages(messages, pending, unreadFrom, actions) {
  const items = [];
  let before = null;
  let marked = !unreadFrom;
  const seen = new Set();
  for (const m of messages) {
    const name = day(m.created_at);
    const newDay = !before || name !== day(before.created_at);
    const mine = m.user_uuid === session.user.user_uuid;
    if (newDay) items.push({ key: `day ${name}`, kind: "day", text: name });
    if (!marked && m.created_at > unreadFrom) {
      marked = true;
      if (!mine) items.push({ key: "unread", kind: "unread", text: "New" });
    }
    const first = newDay || m.user_uuid !== before.user_uuid || new Date(m.created_at) - new Date(before.created_at) > pause;
    const key = seen.has(m.message_uuid) ? `${m.message_uuid} ${m.created_at}` : m.message_uuid; // old ids may be there twice
    seen.add(key);
    items.push({ key, kind: "message", mine, first, by: m.user_display_name, at: m.created_at, text: m.message });
    before = m;
  }
  for (const e of pending) items.push({ key: e.id, kind: "message", mine: true, pending: e, text: e.text });
  reconcile($("messages"), items, (item) => item.key, make, (node, item) => draw(node, item, actions));
}

function make(item) {
  if (item.kind !== "message") return element("li", item.kind, item.text);
  const text = element("p", "text", item.text);
  text.dir = "auto";
  return element("li", "", element("p", "from"), text, element("p", "state"));
}

function draw(node, item, actions) {
  if (item.kind !== "message") return;
  node.className = ["message", item.mine && "mine", item.first && "first", item.pending && "pending"].filter(Boolean).join(" ");
  const [from, text, state] = node.children;
  const at = item.at ? clock(item.at) : "";
  setText(from, item.mine ? at : `${item.by} · ${at}`);
  from.classList.toggle("unseen", !item.first); // it is read out with each message
  if (item.at) text.title = full(item.at);
  drawState(state, item.pending, actions);
}

// drawState shows where a message is that has not arrived.
function drawState(state, entry, actions) {
  state.hidden = !entry;
  if (!entry) return state.replaceChildren();
  const name = entry.error ? "failed" : entry.waits ? "waiting" : "sending";
  if (state.dataset.is === name) return undefined;
  state.dataset.is = name;
  if (!entry.error) return state.replaceChildren(entry.waits ? "Waiting for the connection…" : "Sending…");
  const buttons = Object.entries(actions).map(([label, act]) => {
    const button = element("button", "quiet", label);
    button.type = "button";
    button.addEventListener("click", () => act(entry));
    return button;
  });
  return state.replaceChildren(`Not sent: ${entry.error}. `, ...buttons);
}
