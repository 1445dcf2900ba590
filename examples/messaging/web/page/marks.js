// How far the user has read each group, and what is unread.

import { api } from "./api.js";
import { isOwn } from "./names.js";
import { session } from "./session.js";

let marks = new Map(); // by group: the time of the last message read

export const readTo = (group) => marks.get(group) ?? "";

// isUnread reports whether a group has a message that the user has not read. The author of the newest has read them all.
export const isUnread = (group) => !isOwn(group) && group.last_message_at > readTo(group.message_group_uuid);

// reset forgets the marks of another user.
export function reset() {
  marks = new Map();
}

// load reads the marks, which another tab or device may have moved.
export async function load() {
  const { user } = session;
  let cursor = "";
  do {
    const page = await api(user.user_handle, "read_marks", { params: { cursor, limit: 100 } });
    if (user !== session.user) return;
    for (const m of page.items) advance(m.message_group_uuid, m.read_to);
    cursor = page.next;
  } while (cursor);
}

// read says that the user has read a group up to a time. If the server does not learn of it, the next mark says it too.
export async function read(group, time) {
  if (!advance(group, time)) return;
  await api(session.user.user_handle, `read_marks/${encodeURIComponent(group)}`, { method: "PUT", body: { read_to: time } });
}

// advance moves a mark, forward only. Times have a fixed width, so that text sorts like time.
function advance(group, time) {
  if (time <= readTo(group)) return false;
  marks.set(group, time);
  return true;
}
