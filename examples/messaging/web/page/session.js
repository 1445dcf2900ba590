// Who uses the page: a choice of this tab, so that two tabs can be two people.

import { keep, kept } from "./storage.js";

export const session = {
  people: [],
  user: null, // of people
};

// remembered is the handle of the person who used this tab, or the last tab, before.
const remembered = () => kept("sessionStorage", "user") ?? kept("localStorage", "user");

// enter makes the person with a handle the user; without one, the person who was it before, or the first.
export function enter(handle = remembered()) {
  session.user = session.people.find((p) => p.user_handle === handle) ?? session.people[0];
  keep("sessionStorage", "user", session.user.user_handle);
  keep("localStorage", "user", session.user.user_handle);
}

// person is the person with a handle, or undefined.
export const person = (handle) => session.people.find((p) => p.user_handle === handle);
