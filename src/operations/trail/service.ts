import type { Database } from "../../platform/db/database.ts";
import { openTurns } from "../../platform/turns.ts";
import { BEGINNING, chain, type TrailFlaw, verify } from "./chain.ts";
import type { TrailAnchor, TrailEntry, TrailEvent, TrailHead, TrailValue } from "./model.ts";
import { type TrailPage, type TrailStore, trailStore } from "./store.ts";

/** What a verification found. */
export interface TrailVerdict {
  /** Null: nothing was changed, taken out or put in. */
  readonly flaw: TrailFlaw | null;
  /** The last entry that is whole. */
  readonly head: TrailHead;
  /** The entry that the anchor was the head of; null: none of the whole ones, or there was no anchor. */
  readonly anchored: number | null;
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
  verify(anchor?: TrailAnchor | null): Promise<TrailVerdict>;
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

async function verifyAll(store: TrailStore, anchor: TrailAnchor | null): Promise<TrailVerdict> {
  const placed = placedHead(anchor);
  let head = BEGINNING;
  let anchored = anchorIn([BEGINNING], anchor);
  for (;;) {
    const entries = await store.following(head.number, BATCH);
    /* An anchor beyond a batch is not missing yet. */
    const isEnd = entries.length < BATCH;
    const within = isEnd || (placed?.number ?? 0) <= head.number + BATCH ? placed : null;
    const flaw = verify(entries, within, head);
    const whole = entries.filter(({ number }) => flaw === null || number < flaw.number);
    anchored ??= anchorIn(whole, anchor);
    head = headOf(whole.at(-1) ?? head);
    if (flaw !== null) return { flaw, head, anchored };
    if (isEnd) return { flaw: missedAnchor(anchor, anchored, head), head, anchored };
  }
}

function placedHead(anchor: TrailAnchor | null): TrailHead | null {
  return anchor === null || anchor.number === null
    ? null
    : { hash: anchor.hash, number: anchor.number };
}

function anchorIn(heads: readonly TrailHead[], anchor: TrailAnchor | null): number | null {
  const found = heads.find(
    ({ hash, number }) => hash === anchor?.hash && (anchor.number ?? number) === number,
  );
  return found?.number ?? null;
}

/** Who cuts entries off can write others in their place: the chain is whole then, and the anchor is not in it. */
function missedAnchor(
  anchor: TrailAnchor | null,
  anchored: number | null,
  { number }: TrailHead,
): TrailFlaw | null {
  return anchor === null || anchored !== null
    ? null
    : { number: number + 1, problem: "anchorMissing" };
}

function headOf({ number, hash }: TrailHead): TrailHead {
  return { number, hash };
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
