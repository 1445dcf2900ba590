// The path of the page: / is the list, /messages/{group} a conversation, /messages/new/{handle} one that is to begin.

// current is the place that the path names.
export function current() {
  const parts = location.pathname.split("/").filter(Boolean).map(decode);
  if (parts[0] === "messages" && parts[1] === "new" && parts[2]) return { view: "new", handle: parts[2] };
  if (parts[0] === "messages" && parts[1]) return { view: "group", group: parts[1] };
  return { view: "list" };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const toGroup = (group) => `/messages/${encodeURIComponent(group)}`;
export const toNew = (handle) => `/messages/new/${encodeURIComponent(handle)}`;

let show = () => {};

// follow calls f with each new place, and for the first one.
export function follow(f) {
  show = f;
  window.addEventListener("popstate", () => show(current()));
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='/']");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented) return;
    event.preventDefault();
    go(link.getAttribute("href"));
  });
  show(current());
}

// go shows another place. With replace, it takes the place of the current one in the history.
export function go(path, { replace = false } = {}) {
  if (replace || path === location.pathname) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  show(current());
}
