import type { Database } from "../../platform/db/database.ts";
import { openTurns } from "../../platform/turns.ts";
import { BEGINNING, chain, type TrailFlaw, verify } from "./chain.ts";
import type { TrailEntry, TrailEvent, TrailHead, TrailValue } from "./model.ts";
import { type TrailPage, type TrailStore, trailStore } from "./store.ts";

/** What a verification found. */
export interface TrailVerdict {
  /** Null: nothing was changed, taken out or put in. */
  readonly flaw: TrailFlaw | null;
  /** The last entry that is whole. */
  readonly head: TrailHead;
}

/** Everything that happened, in order, and nothing ever taken back. */
export interface Trail {
  /**
   * Writes down what happened. Given the transaction of what it tells of, it becomes true with it; it holds up
   * other writers until that transaction ends, so that it is the last thing to do in it.
   */
  append(event: TrailEvent, transaction?: Database): Promise<TrailEntry>;
  /** Entries from the last to the first. */
  page(page: TrailPage): Promise<readonly TrailEntry[]>;
  head(): Promise<TrailHead>;
  /** Reads all of it again; `anchor` is a head that was kept elsewhere. */
  verify(anchor?: TrailHead | null): Promise<TrailVerdict>;
}

/** Entries that one page holds at most. */
export const MAXIMUM_PAGE = 500;
/** Entries that are verified at a time. */
const BATCH = 200;

export function openTrail({ database }: { readonly database: Database }): Trail {
  const store = trailStore(database);
  const verifications = openTurns();
  const write = async (transaction: Database, event: TrailEvent) => {
    const entry = chain(await store.head(transaction), storable(event));
    await store.add(transaction, entry);
    return entry;
  };
  return {
    append: (event, transaction) =>
      transaction === undefined
        ? database.transaction().execute((own) => write(own, event))
        : write(transaction, event),
    page: (page) => store.page({ ...page, limit: Math.min(page.limit, MAXIMUM_PAGE) }),
    head: async () => {
      const [last] = await store.page({ before: null, limit: 1, subject: null });
      return last === undefined ? BEGINNING : headOf(last);
    },
    /* One after the other: whoever may read may ask for it, and each reads the whole trail. */
    verify: (anchor = null) => verifications.take(() => verifyAll(store, anchor)),
  };
}

async function verifyAll(store: TrailStore, anchor: TrailHead | null): Promise<TrailVerdict> {
  let head = BEGINNING;
  for (;;) {
    const entries = await store.following(head.number, BATCH);
    /* An anchor beyond a batch is not missing yet. */
    const isEnd = entries.length < BATCH;
    const within = isEnd || (anchor?.number ?? 0) <= head.number + BATCH ? anchor : null;
    const flaw = verify(entries, within, head);
    if (flaw !== null) return { flaw, head: wholeBefore(flaw, entries, head) };
    head = headOf(entries.at(-1) ?? head);
    if (isEnd) return { flaw: null, head };
  }
}

function headOf({ number, hash }: TrailHead): TrailHead {
  return { number, hash };
}

function wholeBefore(flaw: TrailFlaw, entries: readonly TrailEntry[], head: TrailHead): TrailHead {
  return headOf(entries.filter(({ number }) => number < flaw.number).at(-1) ?? head);
}

/** As PostgreSQL gives it back: its text holds neither zero bytes nor halves of surrogate pairs. */
function storable(event: TrailEvent): TrailEvent {
  const details = Object.entries(event.details).map(
    ([key, value]) => [clean(key), cleanValue(value)] as const,
  );
  return {
    ...event,
    actor: clean(event.actor),
    kind: clean(event.kind),
    subject: clean(event.subject),
    details: Object.fromEntries(details),
  };
}

function cleanValue(value: TrailValue): TrailValue {
  if (typeof value === "string") return clean(value);
  /* JSON knows neither infinity nor a negative zero. */
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : null;
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map(cleanValue);
  const members = Object.entries(value).map(([key, one]) => [clean(key), cleanValue(one)] as const);
  return Object.fromEntries(members);
}

/** `Array.isArray` does not know read-only arrays. */
function isList(value: TrailValue): value is readonly TrailValue[] {
  return Array.isArray(value);
}

function clean(text: string): string {
  return text.replace(/\p{Surrogate}|\0/gu, "\ufffd");
}
