// How a group is named to its reader, and who wrote its newest message.

import { session } from "./session.js";

const others = " and others"; // ends the title of a large group

const firstName = (person) => person.user_display_name.split(" ")[0];

// isLarge reports whether a group has more than two people.
export const isLarge = (group) => group.title !== group.user_display_name;

// titleOf is the title of a group without its reader's own name.
export function titleOf(group) {
  if (!isLarge(group)) return group.title;
  const end = group.title.endsWith(others) ? others : "";
  const names = group.title.slice(0, group.title.length - end.length).split(", ");
  const own = names.indexOf(firstName(session.user));
  if (own >= 0 && names.length > 1) names.splice(own, 1);
  return names.join(", ") + end;
}

// isOwn reports whether the reader wrote a group's newest message.
export const isOwn = (group) => group.last_message_user_uuid === session.user.user_uuid;

// lastLine is a group's newest message, with its author unless that is clear: in a group of two it is the other.
export function lastLine(group) {
  const by = session.people.find((p) => p.user_uuid === group.last_message_user_uuid);
  if (isOwn(group)) return `You: ${group.message}`;
  return by && isLarge(group) ? `${firstName(by)}: ${group.message}` : group.message;
}
