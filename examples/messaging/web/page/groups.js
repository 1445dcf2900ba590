// The list of the user's groups.

import { api, reach } from "./api.js";
import { $, element, face, reconcile, setText } from "./dom.js";
import * as marks from "./marks.js";
import { isLarge, lastLine, titleOf } from "./names.js";
import { toGroup } from "./route.js";
import { session } from "./session.js";
import { brief, full, section } from "./time.js";

let groups = new Map(); // by id: the loaded ones, which are the newest
let next = ""; // the cursor behind them
let loaded = false;
let opened = null; // the id of the open one
let looks = 0;

export const find = (id) => groups.get(id);

// reset forgets the groups of another user.
export function reset() {
  groups = new Map();
  next = "";
  loaded = false;
  looks = 0;
  draw();
}

// look reads what is new: page by page until one has a group that has not changed. Now and then it reads all loaded pages
// again, because the entries of two groups may move in another order than their messages were sent in.
export async function look() {
  const { user } = session;
  const all = looks++ % 30 === 0;
  if (all) await marks.load();
  const seen = groups.size;
  for (let cursor = "", read = 0, known = false; ;) {
    const page = await api(user.user_handle, "message_groups", { params: { cursor } });
    if (user !== session.user) return;
    known ||= page.items.some((g) => groups.get(g.message_group_uuid)?.last_message_at === g.last_message_at);
    for (const g of page.items) groups.set(g.message_group_uuid, g);
    read += page.items.length;
    cursor = page.next;
    if (!loaded) {
      next = page.next;
      loaded = true;
      break;
    }
    if (!cursor || (all ? read >= seen : known)) break;
  }
  draw();
}

// more reads the page behind the loaded ones.
async function more() {
  const { user } = session;
  const page = await reach(() => api(user.user_handle, "message_groups", { params: { cursor: next } }), () => user === session.user);
  if (!page || user !== session.user) return;
  next = page.next;
  for (const g of page.items) groups.set(g.message_group_uuid, g);
  draw();
  watch();
}

// one reads a group that may not be on a loaded page.
export async function one(id) {
  return groups.get(id) ?? (await api(session.user.user_handle, `message_groups/${encodeURIComponent(id)}`));
}

// open marks the group whose conversation is shown.
export function open(id) {
  opened = id;
  draw();
}

// newestFirst is the order of the table: the time, then the id.
const newestFirst = (a, b) =>
  compare(b.last_message_at, a.last_message_at) || compare(b.message_group_uuid, a.message_group_uuid);
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

// draw shows the groups under Today, Yesterday, This week, Earlier.
export function draw() {
  const sections = new Map();
  for (const g of [...groups.values()].sort(newestFirst)) {
    const name = section(g.last_message_at);
    if (!sections.has(name)) sections.set(name, []);
    sections.get(name).push(g);
  }
  const focused = document.activeElement?.dataset?.group;
  reconcile($("groups"), [...sections], ([name]) => name, makeSection, drawSection);
  if (focused && document.activeElement?.dataset?.group !== focused) linkTo(focused)?.focus({ preventScroll: true });
  rove();
  $("more-groups").hidden = !next;
  $("no-groups").hidden = !loaded || groups.size > 0;
  $("groups").setAttribute("aria-busy", String(!loaded));
  const unread = [...groups.values()].filter(marks.isUnread).length;
  document.body.dataset.unread = unread;
}

function makeSection([name]) {
  const list = element("ul");
  const part = element("section", "", element("h3", "", name), list);
  list.setAttribute("aria-label", name);
  return part;
}

function drawSection(part, [, items]) {
  reconcile(part.querySelector("ul"), items, (g) => g.message_group_uuid, makeItem, drawItem);
}

function makeItem(g) {
  const link = element("a", "group", face(titleOf(g), isLarge(g)), element("span", "name"), element("time"), element("span", "last"));
  link.append(element("span", "dot", element("span", "unseen", "unread")));
  link.href = toGroup(g.message_group_uuid);
  link.dataset.group = g.message_group_uuid;
  return element("li", "", link);
}

function drawItem(item, g) {
  const link = item.firstChild;
  const at = link.querySelector("time");
  setText(link.querySelector(".name"), titleOf(g));
  setText(link.querySelector(".last"), lastLine(g));
  setText(at, brief(g.last_message_at));
  at.dateTime = g.last_message_at;
  at.title = full(g.last_message_at);
  link.classList.toggle("unread", marks.isUnread(g));
  link.querySelector(".dot").hidden = !marks.isUnread(g);
  if (g.message_group_uuid === opened) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
}

export const links = () => [...$("groups").querySelectorAll("a.group")];
export const linkTo = (id) => links().find((link) => link.dataset.group === id);

// rove lets Tab reach one link of the list: the arrow keys go to the others.
export function rove(to) {
  const all = links();
  const one = to ?? all.find((link) => link === document.activeElement) ?? linkTo(opened) ?? all[0];
  for (const link of all) link.tabIndex = link === one ? 0 : -1;
}

const observer = new IntersectionObserver(([entry]) => entry.isIntersecting && next && more().catch(console.warn), { root: $("list"), rootMargin: "200px" });

// watch reads older groups when the end of the list comes into view.
function watch() {
  observer.unobserve($("more-groups"));
  observer.observe($("more-groups"));
}
watch();
