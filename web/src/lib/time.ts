const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `41 s`, `3 min`, `2 h 5 min`, `3 d`: how long something took, or takes. */
export function durationText(ms: number): string {
  if (ms < SECOND_MS) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10 * SECOND_MS) return `${(ms / SECOND_MS).toFixed(1)} s`;
  if (ms < 2 * MINUTE_MS) return `${Math.round(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  if (ms < DAY_MS) {
    const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
    return `${Math.floor(ms / HOUR_MS)} h${minutes === 0 ? "" : ` ${minutes} min`}`;
  }
  return `${Math.floor(ms / DAY_MS)} d`;
}

/** `just now`, `41 s ago`, `in 5 min`. */
export function agoText(atMs: number, nowMs: number): string {
  const ms = nowMs - atMs;
  if (Math.abs(ms) < 2 * SECOND_MS) return "just now";
  const told = wholeText(Math.abs(ms));
  return ms > 0 ? `${told} ago` : `in ${told}`;
}

/** Without tenths: a page that counts up needs none. */
function wholeText(ms: number): string {
  return ms < MINUTE_MS ? `${Math.round(ms / SECOND_MS)} s` : durationText(ms);
}

/** Date and time to the second, with the zone: what the trail and the logs say. */
export function exactText(atMs: number): string {
  return new Intl.DateTimeFormat("en-GB", {
    dateStyle: "medium",
    timeStyle: "long",
  }).format(atMs);
}

/** `14:02:07`, and the day where it is another one. */
export function clockText(atMs: number, nowMs: number): string {
  const isToday = new Date(atMs).toDateString() === new Date(nowMs).toDateString();
  return new Intl.DateTimeFormat("en-GB", {
    ...(isToday ? {} : { day: "2-digit", month: "short" }),
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).format(atMs);
}
