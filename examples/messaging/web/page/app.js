// The page of the messaging example. Messages reach the page through textContent: they are text, never markup.

const interval = 1000; // between two polls for new messages
const $ = (id) => document.getElementById(id);

const state = {
  people: [],
  user: null, // the selected user
  groups: new Map(), // by id, all loaded ones
  groupsNext: "", // the cursor of the next page
  open: null, // the id of the group that is shown
  messages: new Map(), // of the open group, by id
  messagesNext: "",
};

// api calls the server as the selected user. The header stands in for real authentication.
async function api(path, params = {}, body) {
  const query = new URLSearchParams(Object.entries(params).filter(([, v]) => v));
  const response = await fetch(`/api/${path}?${query}`, {
    method: body ? "POST" : "GET",
    headers: { "X-User-Handle": state.user?.user_handle ?? "", ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message);
  return answer;
}

function element(name, className, text = "") {
  const e = document.createElement(name);
  e.className = className;
  e.textContent = text;
  return e;
}

let errorTimer;
function showError(err) {
  $("error").textContent = err.message;
  $("error").hidden = false;
  clearTimeout(errorTimer);
  errorTimer = setTimeout(() => ($("error").hidden = true), 5000);
}

// attempt runs the action of a click, and shows its error.
const attempt = (f) => async (event) => {
  event?.preventDefault();
  try {
    await f(event);
  } catch (err) {
    showError(err);
  }
};

// Groups.

// Times have a fixed width, so that text sorts like time; the id orders two of the same moment, as in the keys.
const byNewest = (...fields) => (a, b) => {
  const field = fields.find((f) => a[f] !== b[f]);
  return !field ? 0 : a[field] < b[field] ? 1 : -1;
};

async function loadGroups(more) {
  const user = state.user;
  const first = state.groups.size === 0;
  const page = await api("message_groups", { cursor: more ? state.groupsNext : "" });
  if (user !== state.user) return;
  if (first || more) state.groupsNext = page.next;
  for (const g of page.items) state.groups.set(g.message_group_uuid, g);
  drawGroups();
}

function drawGroups() {
  const rows = [...state.groups.values()].sort(byNewest("last_message_at", "message_group_uuid")).map((g) => {
    const row = element("button", "");
    row.type = "button";
    row.dataset.group = g.message_group_uuid;
    row.setAttribute("aria-current", String(g.message_group_uuid === state.open));
    const at = element("time", "", when(g.last_message_at));
    at.dateTime = g.last_message_at;
    row.append(face(g.title), element("span", "name", g.title), at, element("span", "last", g.message));
    const item = document.createElement("li");
    item.append(row);
    return item;
  });
  const key = JSON.stringify([state.open, [...state.groups.values()]]);
  if ($("groups").dataset.key !== key) {
    const focused = document.activeElement?.dataset?.group;
    $("groups").replaceChildren(...rows);
    $("groups").dataset.key = key;
    if (focused) $("groups").querySelector(`[data-group="${CSS.escape(focused)}"]`)?.focus();
  }
  $("more-groups").hidden = !state.groupsNext;
}

function face(name) {
  let hash = 0;
  for (const c of name) hash = (hash * 31 + c.codePointAt(0)) % 6;
  const initials = name.split(/[\s,]+/).slice(0, 2).map((word) => [...word][0] ?? "").join("");
  return element("span", `face hue${hash}`, initials.toUpperCase());
}

// Messages.

// loadMessages reads the new messages of the open group, page by page, until a page has a known one.
async function loadMessages() {
  const group = state.open;
  const first = state.messages.size === 0;
  for (let cursor = "", met = false; !met; ) {
    const page = await api(`messages/${encodeURIComponent(group)}`, { cursor });
    if (group !== state.open) return;
    met = first || !page.next || page.items.some((m) => state.messages.has(m.message_uuid));
    for (const m of page.items) state.messages.set(m.message_uuid, m);
    if (first) state.messagesNext = page.next;
    cursor = page.next;
  }
  drawMessages();
}

async function loadEarlier() {
  const group = state.open;
  const page = await api(`messages/${encodeURIComponent(group)}`, { cursor: state.messagesNext });
  if (group !== state.open) return;
  state.messagesNext = page.next;
  for (const m of page.items) state.messages.set(m.message_uuid, m);
  const below = $("scroll").scrollHeight - $("scroll").scrollTop;
  drawMessages();
  $("scroll").scrollTop = $("scroll").scrollHeight - below;
}

function drawMessages() {
  const box = $("scroll");
  const list = $("messages");
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  const messages = [...state.messages.values()].sort(byNewest("created_at", "message_uuid")).reverse();
  const key = messages.map((m) => m.message_uuid).join();
  $("earlier").hidden = !state.messagesNext;
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  let day, from;
  list.replaceChildren(
    ...messages.flatMap((m) => {
      const items = [];
      const at = new Date(m.created_at);
      if (at.toDateString() !== day) {
        day = at.toDateString();
        from = null;
        items.push(element("li", "day", at.toLocaleDateString(undefined, { dateStyle: "medium" })));
      }
      const item = element("li", m.user_uuid === state.user.user_uuid ? "mine" : "");
      if (m.user_uuid !== from) {
        from = m.user_uuid;
        const time = at.toLocaleTimeString(undefined, { timeStyle: "short" });
        item.append(element("p", "from", `${m.user_display_name} · ${time}`));
      }
      const text = element("p", "text", m.message);
      text.title = at.toLocaleString();
      item.append(text);
      items.push(item);
      return items;
    }),
  );
  if (atEnd) box.scrollTop = box.scrollHeight;
}

function when(time) {
  const at = new Date(time);
  return at.toDateString() === new Date().toDateString()
    ? at.toLocaleTimeString(undefined, { timeStyle: "short" })
    : at.toLocaleDateString(undefined, { day: "numeric", month: "short" });
}

// Actions.

async function choose(handle) {
  Object.assign(state, { user: state.people.find((p) => p.user_handle === handle), groups: new Map(), groupsNext: "" });
  $("user").value = state.user.user_handle;
  localStorage.setItem("user", state.user.user_handle);
  show(null);
  await loadGroups();
}

function show(group) {
  Object.assign(state, { open: group, messages: new Map(), messagesNext: "" });
  document.body.classList.toggle("open", group !== null);
  $("title").textContent = state.groups.get(group)?.title ?? "";
  $("messages").replaceChildren();
  $("messages").dataset.key = "";
  $("earlier").hidden = true;
  $("send").hidden = group === null;
  $("empty").hidden = group !== null;
  drawGroups();
}

async function open(group) {
  show(group);
  await loadMessages();
  $("text").focus();
}

async function send() {
  const group = state.open;
  const message = $("text").value;
  if (!message.trim()) return;
  const sent = await api("messages", {}, { message_group_uuid: group, message });
  $("text").value = "";
  if (group !== state.open) return;
  state.messages.set(sent.message_uuid, sent);
  drawMessages();
  $("scroll").scrollTop = $("scroll").scrollHeight;
}

async function start() {
  const handles = [...$("people").querySelectorAll("input:checked")].map((box) => box.value);
  if (handles.length === 0) throw new Error("Choose whom the group is with.");
  const sent = await api("messages", {}, { handles, message: $("first").value });
  $("dialog").close();
  await loadGroups();
  await open(sent.message_group_uuid);
}

function compose() {
  const boxes = state.people.filter((p) => p !== state.user).map((p) => {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", value: p.user_handle });
    const label = document.createElement("label");
    label.append(box, p.user_display_name);
    return label;
  });
  $("people").replaceChildren($("people").firstElementChild, ...boxes);
  $("first").value = "";
  $("dialog").showModal();
}

$("user").addEventListener("change", attempt(() => choose($("user").value)));
$("groups").addEventListener("click", attempt((event) => {
  const row = event.target.closest("button");
  if (row) return open(row.dataset.group);
}));
$("more-groups").addEventListener("click", attempt(() => loadGroups(true)));
$("earlier").addEventListener("click", attempt(loadEarlier));
$("back").addEventListener("click", () => show(null));
$("send").addEventListener("submit", attempt(send));
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("send").requestSubmit();
  }
});
$("compose").addEventListener("click", compose);
$("cancel").addEventListener("click", () => $("dialog").close());
$("start").addEventListener("submit", attempt(start));

// follow polls for new messages while the page is visible.
async function follow() {
  for (;;) {
    await new Promise((wake) => setTimeout(wake, interval));
    if (document.hidden) continue;
    try {
      await loadGroups();
      if (state.open) await loadMessages();
    } catch (err) {
      showError(err);
    }
  }
}

await attempt(async () => {
  state.people = (await api("users")).items;
  $("user").replaceChildren(...state.people.map((p) => new Option(p.user_display_name, p.user_handle)));
  const known = state.people.some((p) => p.user_handle === localStorage.getItem("user"));
  await choose(known ? localStorage.getItem("user") : state.people[0].user_handle);
})();
follow();
