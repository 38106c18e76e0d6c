// Requests to the room and its live news.

/** What went wrong, in the server's words; `status` is the HTTP status, 0 when nobody answered. */
export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
    });
  } catch (error) {
    throw new Refused(0, error.message);
  }
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, answer?.detail ?? response.statusText);
  return answer;
}

export const get = (path) => call("GET", path);
export const post = (path, body) => call("POST", path, body);
export const patch = (path, body) => call("PATCH", path, body);
export const remove = (path) => call("DELETE", path);

/** A path with every part encoded. */
export const path = (...parts) => `/${parts.map(encodeURIComponent).join("/")}`;

const KINDS = ["message", "edit", "removal", "restored", "notice", "card", "member", "channel", "case", "behind"];

/** Listen for ever; the browser comes back by itself and says what it heard last. */
export function listen(hear, connection) {
  const source = new EventSource("/api/room/stream");
  for (const kind of KINDS) source.addEventListener(kind, (event) => hear(kind, JSON.parse(event.data)));
  let lost = false;
  source.addEventListener("open", () => {
    connection(true, lost);
    lost = false;
  });
  source.addEventListener("error", () => {
    lost = true;
    connection(false, false);
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(hear, connection), 3000);
  });
  window.addEventListener("pagehide", () => source.close());
}
