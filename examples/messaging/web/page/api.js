// Requests to the server, as JSON.

import * as connection from "./connection.js";

const patience = 15000; // how long a response may take

// Refused is an error that the server gives a reason for: the same request again fails again.
export class Refused extends Error {
  constructor(status, fault) {
    super(fault.message);
    this.status = status;
    this.code = fault.code;
  }
}

// Unreachable is an error that may be over soon: no response, or one that says so.
export class Unreachable extends Error {}

// api sends a request as a user. The header stands in for real authentication.
export async function api(user, path, { params = {}, method = "GET", body } = {}) {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value));
  const headers = { "X-User-Handle": user };
  if (body) headers["Content-Type"] = "application/json";
  let response, json;
  try {
    const signal = AbortSignal.timeout(patience);
    response = await fetch(`/api/${path}?${query}`, { method, headers, body: body && JSON.stringify(body), signal });
    json = await response.json();
    if (response.status >= 500) throw new Error(json.error.message);
  } catch (cause) {
    connection.lost();
    throw new Unreachable("no connection", { cause });
  }
  connection.found();
  if (!response.ok) throw new Refused(response.status, json.error);
  return json;
}

// reach does f again until it is reachable, or no longer wanted; then it returns undefined.
export async function reach(f, wanted) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await f();
    } catch (err) {
      if (!(err instanceof Unreachable)) throw err;
      await connection.back(attempt);
      if (!wanted()) return undefined;
    }
  }
}
