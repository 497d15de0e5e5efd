import { usedTables } from "../apply/foreign.ts";
import { partOf, type Snapshot } from "../inventory/snapshot.ts";

/** Milliseconds between two read-backs of a device that holds tables or sets without events. */
export const OFTEN_MS = 5_000;
/** Of all others: nothing tells of routes, addresses, links and source files either, and an event may be missed. */
export const SELDOM_MS = 60_000;

/** Share of the time that a device may spend on being read: 10,000 rules cost it 0.4 s each time. */
const BUDGET = 0.05;

/** What of a device nothing tells of, and how often it is read for that. */
export interface Polling {
  /** Milliseconds between the end of one read-back and the next. */
  readonly everyMs: number;
  /** Parts with rules or sets that have no events: `ipset`, `iptables-legacy`. */
  readonly withoutEvents: readonly string[];
  /** In words. */
  readonly text: string;
}

/** What is read of a device that holds this, where a read-back took so long. */
export function pollingOf(snapshot: Snapshot, tookMs: number): Polling {
  const isUsed = (part: string) => usedTables(partOf(snapshot, part) ?? "").length > 0;
  const withoutEvents = [
    ...(/^create /m.test(partOf(snapshot, "ipset") ?? "") ? ["ipset"] : []),
    ...["iptables-legacy", "ip6tables-legacy"].filter(isUsed),
  ];
  const leastMs = withoutEvents.length > 0 ? OFTEN_MS : SELDOM_MS;
  const everyMs = Math.max(leastMs, Math.round(tookMs / BUDGET));
  return { everyMs, withoutEvents, text: pollingText(everyMs, withoutEvents) };
}

const MS_IN_SECOND = 1_000;

function pollingText(everyMs: number, withoutEvents: readonly string[]): string {
  const every = `every ${Math.round(everyMs / MS_IN_SECOND)} s`;
  const seen = "what nftables holds is seen as it changes";
  return withoutEvents.length === 0
    ? `${seen}; routes, addresses, links and source files are read ${every}`
    : `${seen}; ${withoutEvents.join(" and ")} tell${withoutEvents.length === 1 ? "s" : ""} of no changes: all is read ${every}`;
}

/** Why nobody knows who changed these parts. */
export function untoldText(parts: readonly string[]): string {
  return `nothing tells of changes of ${parts.join(" and ")} as they come`;
}
