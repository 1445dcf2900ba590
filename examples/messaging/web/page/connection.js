// The connection to the server: whether it is there, and when to try again if it is not.

import { $ } from "./dom.js";

const interval = 1000; // between two looks for news
const longest = 30000; // between two tries

let down = false;
let tries = 0; // since it went down
const wakers = new Set(); // of those who wait for the next try
const waiters = new Set(); // of those who wait until it is back

// lost says that a request got no response.
export function lost() {
  down = true;
  draw();
}

// found says that a request got one.
export function found() {
  if (!down) return;
  down = false;
  tries = 0;
  draw();
  release(waiters);
  wake();
}

// wake ends the pauses: there is a reason to try at once.
export function wake() {
  release(wakers);
}

function release(set) {
  for (const go of set) go();
  set.clear();
}

// pause waits until it is time to look for news. While the connection is down that is later each time.
export async function pause() {
  await sleep(down ? backoff(tries++) : interval);
  draw();
}

// back waits before another try of a request that failed: until the connection is back, or it is time to try anyway.
export function back(attempt) {
  return Promise.race([sleep(longest), down ? new Promise((go) => waiters.add(go)) : sleep(backoff(attempt))]);
}

// backoff grows from half a second to [longest], and differs from page to page.
const backoff = (n) => Math.min(longest, 500 * 2 ** n) * (0.75 + Math.random() / 2);

function sleep(ms) {
  return new Promise((done) => {
    const go = () => {
      wakers.delete(go);
      done();
    };
    wakers.add(go);
    setTimeout(go, ms);
  });
}

function draw() {
  const show = down && (tries > 1 || !navigator.onLine); // one request that fails is no reason to worry a reader
  if (show) $("banner").querySelector("span").textContent = "Offline. Trying again…";
  $("banner").hidden = !show;
}

// visible waits until the page is.
export function visible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((go) => document.addEventListener("visibilitychange", go, { once: true }));
}

$("try").addEventListener("click", wake);
window.addEventListener("online", wake);
window.addEventListener("offline", lost);
