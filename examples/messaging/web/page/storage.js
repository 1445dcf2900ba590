// The browser's storage. It may be full, switched off, or hold what another program wrote: the page works all the same.

// kept reads what keep has written; null if there is nothing, or it cannot be read.
export function kept(area, key) {
  try {
    return JSON.parse(window[area].getItem(key));
  } catch {
    return null;
  }
}

// keep writes a value, or removes it if it is undefined.
export function keep(area, key, value) {
  try {
    if (value === undefined) window[area].removeItem(key);
    else window[area].setItem(key, JSON.stringify(value));
  } catch (err) {
    console.warn(err);
  }
}

// keys are the keys that begin with a prefix.
export function keys(area, prefix) {
  try {
    return Object.keys(window[area]).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}
