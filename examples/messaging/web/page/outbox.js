// Messages that are on their way. Each has an id from the start, so a request that is repeated sends it once. They stay
// in the browser's storage until the server has them: a reload or a crash loses none.

import { api, Refused } from "./api.js";
import * as connection from "./connection.js";
import { session } from "./session.js";
import { keep, kept, keys } from "./storage.js";

const prefix = "outbox/";
let entries = []; // of all users who were here
let changed = () => {};
let sent = () => {};
const busy = new Set(); // the targets to which something is being sent

// start reads what an earlier page left, and calls onChange when entries change and onSent with each message sent.
export function start(onChange, onSent) {
  changed = onChange;
  sent = onSent;
  const left = keys("localStorage", prefix).map((key) => kept("localStorage", key));
  entries = left.filter((e) => typeof e?.id === "string" && typeof e.text === "string" && typeof e.from === "string");
  entries.sort((a, b) => a.at - b.at);
  for (const target of new Set(entries.map(targetOf))) deliver(target);
}

// put sends a text from the user to a place: {group} or, to start one, {handle}.
export function put(place, text) {
  const entry = { id: newID(), at: Date.now(), from: session.user.user_handle, ...place, text };
  entries.push(entry);
  save(entry);
  changed();
  deliver(targetOf(entry));
}

// to returns the user's entries for a place, in the order of writing.
export const to = (place) => entries.filter((e) => targetOf(e) === targetOf({ from: session.user.user_handle, ...place }));

// again tries an entry that was refused, or drop forgets it.
export function again(entry) {
  entry.error = undefined;
  save(entry);
  changed();
  deliver(targetOf(entry));
}

export function drop(entry) {
  entries = entries.filter((e) => e !== entry);
  keep("localStorage", prefix + entry.id);
  changed();
}

const targetOf = (e) => JSON.stringify([e.from, e.group ?? null, e.handle ?? null]);

const save = (entry) => keep("localStorage", prefix + entry.id, entry);

// deliver sends the entries of a target one after the other, so that they arrive in their order.
async function deliver(target) {
  if (busy.has(target)) return;
  busy.add(target);
  for (let entry; (entry = entries.find((e) => targetOf(e) === target && !e.error)); ) await send(entry);
  busy.delete(target);
}

async function send(entry) {
  const { group, handle, id, text, from } = entry;
  const to = group ? { message_group_uuid: group } : { handles: [handle] };
  for (let attempt = 0; ; attempt++) {
    try {
      arrived(entry, await api(from, "messages", { method: "POST", body: { ...to, message_uuid: id, message: text } }));
      return;
    } catch (err) {
      if (err instanceof Refused) {
        entry.error = err.message;
        save(entry);
        changed();
        return;
      }
      entry.waits = true;
      changed();
      await connection.back(attempt);
    }
  }
}

// arrived forgets an entry. What was written after it to a new group goes to the group that it made.
function arrived(entry, message) {
  if (entry.handle) {
    for (const e of entries.filter((e) => e !== entry && targetOf(e) === targetOf(entry))) {
      delete e.handle;
      e.group = message.message_group_uuid;
      save(e);
      deliver(targetOf(e));
    }
  }
  sent(entry, message);
  drop(entry);
}

// newID is a random UUID. crypto.randomUUID is only there for https and localhost.
export function newID() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
