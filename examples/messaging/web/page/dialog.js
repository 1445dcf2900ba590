// The dialog that starts a conversation with several people.

import { api, Unreachable } from "./api.js";
import { $, element } from "./dom.js";
import { newID } from "./outbox.js";
import { session } from "./session.js";

let id; // of the first message: the same until what is sent changes, so that a second try sends it once
let busy = false;

function open() {
  const boxes = session.people.filter((p) => p !== session.user).map((p) => {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", value: p.user_handle });
    return element("label", "", box, p.user_display_name);
  });
  $("people").replaceChildren($("people").firstElementChild, ...boxes);
  $("first").value = "";
  fail("");
  id = newID();
  $("dialog").showModal();
}

// fail says in the dialog what is missing: an error elsewhere would be behind it.
function fail(sentence) {
  $("dialog-error").textContent = sentence;
  $("dialog-error").hidden = !sentence;
}

// start sends the first message, and calls then with it. While that is under way, a second Enter does nothing.
async function start(then) {
  const handles = [...$("people").querySelectorAll("input:checked")].map((box) => box.value);
  if (busy) return;
  if (!handles.length) return fail("Choose whom the conversation is with.");
  if (!$("first").value.trim()) return fail("Write the first message.");
  busy = true;
  fail("");
  try {
    const body = { handles, message_uuid: id, message: $("first").value };
    const sent = await api(session.user.user_handle, "messages", { method: "POST", body });
    $("dialog").close();
    then(sent);
  } catch (err) {
    fail(err instanceof Unreachable ? "No connection. Your text is still here: try again." : `Not sent: ${err.message}.`);
  } finally {
    busy = false;
  }
}

// wire connects the dialog. then gets the first message of a conversation.
export function wire(then) {
  $("new").addEventListener("click", open);
  $("cancel").addEventListener("click", () => $("dialog").close());
  $("start").addEventListener("input", () => (id = newID()));
  $("start").addEventListener("submit", (event) => {
    event.preventDefault();
    start(then);
  });
}
