// The page of the messaging example. This file puts the parts together: what the path names is shown, and news are looked
// for while the page is visible.

import { showError } from "./announce.js";
import { api, Unreachable } from "./api.js";
import * as connection from "./connection.js";
import * as conversation from "./conversation.js";
import * as dialog from "./dialog.js";
import { $ } from "./dom.js";
import * as groups from "./groups.js";
import { focusMain } from "./keys.js";
import * as marks from "./marks.js";
import * as outbox from "./outbox.js";
import * as route from "./route.js";
import { enter, person, session } from "./session.js";

// show shows the place that the path names.
function show(to) {
  document.body.dataset.view = to.view;
  document.body.dataset.open = to.group ?? "";
  if (to.view === "list") conversation.close("Choose a conversation, or start a new one.");
  if (to.view === "group") conversation.open(to.group).catch(showError);
  if (to.view === "new") begin(to.handle);
  if (to.view !== "list") focusMain();
  drawTitle();
}

function begin(handle) {
  const other = person(handle);
  if (other && other !== session.user) return conversation.begin(other);
  return conversation.close(other ? "That is you: choose another person." : `There is no one called “${handle}”.`, { link: true });
}

// choose makes another person the user.
function choose(handle) {
  enter(handle);
  $("user").value = session.user.user_handle;
  marks.reset();
  groups.reset();
  conversation.close("");
  connection.wake();
}

function sent(entry, message) {
  conversation.arrived(entry, message);
  const here = route.current();
  const mine = entry.from === session.user.user_handle;
  if (mine && entry.handle && here.handle === entry.handle) route.go(route.toGroup(message.message_group_uuid), { replace: true });
  connection.wake();
}

function drawTitle() {
  const { unread, title } = document.body.dataset;
  document.title = `${unread > 0 ? `(${unread}) ` : ""}${title ? `${title} · ` : ""}Messages`;
}

// follow looks for news, for ever.
async function follow() {
  for (;;) {
    try {
      await groups.look();
      await conversation.look();
    } catch (err) {
      if (!(err instanceof Unreachable)) showError(err);
    }
    drawTitle();
    await connection.pause();
    await connection.visible();
  }
}

for (let page; !page; ) {
  page = await api("", "users").catch(connection.pause);
  session.people = page?.items ?? [];
}
$("user").replaceChildren(...session.people.map((p) => new Option(p.user_display_name, p.user_handle)));
enter();
$("user").value = session.user.user_handle;
$("user").addEventListener("change", () => {
  choose($("user").value);
  route.go("/");
});
outbox.start(conversation.draw, sent);
dialog.wire((first) => route.go(route.toGroup(first.message_group_uuid)));
route.follow(show);
follow();
