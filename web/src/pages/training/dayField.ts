/** By the calendar of whoever looks, as fields of dates take it. */
export function dayOf(atMs: number): string {
  const day = new Date(atMs);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** Noon of that day, or now where that is still to come; null: it is no day. */
export function momentOf(day: string): number | null {
  const atMs = Math.min(Date.parse(`${day}T12:00:00`), Date.now());
  return Number.isNaN(atMs) ? null : atMs;
}
