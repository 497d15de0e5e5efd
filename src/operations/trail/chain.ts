import { createHash } from "node:crypto";
import type { TrailEntry, TrailEvent, TrailHead, TrailValue } from "./model.ts";

/** What the first entry stands on. */
export const BEGINNING: TrailHead = { number: 0, hash: "0".repeat(64) };

/** Puts an event behind `head`. */
export function chain(head: TrailHead, event: TrailEvent): TrailEntry {
  const number = head.number + 1;
  const entry = { ...event, number, previousHash: head.hash };
  return { ...entry, hash: hashOf(entry) };
}

/** The first thing that is wrong with a trail; null: it is whole. */
export interface TrailFlaw {
  /** The entry that shows it; one beyond the last where entries, or the anchor, are missing at the end. */
  readonly number: number;
  readonly problem: "changed" | "missing" | "foreign" | "anchorMissing";
}

/**
 * Verifies entries in order, from `from` on (a checked part before, or the beginning), and against an
 * `anchor` kept elsewhere: without one, entries cut off at the end are not noticed.
 */
export function verify(
  entries: Iterable<TrailEntry>,
  anchor: TrailHead | null = null,
  from: TrailHead = BEGINNING,
): TrailFlaw | null {
  let head = from;
  for (const entry of entries) {
    const expected = head.number + 1;
    if (entry.number !== expected) return { number: expected, problem: "missing" };
    if (entry.previousHash !== head.hash) return { number: expected, problem: "foreign" };
    if (entry.hash !== hashOf(entry)) return { number: expected, problem: "changed" };
    if (anchor?.number === entry.number && anchor.hash !== entry.hash)
      return { number: expected, problem: "foreign" };
    head = entry;
  }
  if (anchor !== null && anchor.number > head.number)
    return { number: head.number + 1, problem: "missing" };
  return null;
}

function hashOf({
  number,
  previousHash,
  atMs,
  actor,
  kind,
  subject,
  details,
}: Omit<TrailEntry, "hash">): string {
  const text = canonical([number, previousHash, atMs, actor, kind, subject, details]);
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** JSON with sorted keys: a database may hand them back in another order (RFC 8785 in spirit). */
function canonical(value: TrailValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.join(",")}}`;
}
