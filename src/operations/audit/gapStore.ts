import type { Database, Migration } from "../../platform/db/database.ts";
import type { TrailEvent } from "../trail/model.ts";
import { blindEvent, type Gap, seeingEvent } from "./entries.ts";

/** A type, not an interface: Kysely asks for one whose members are all known. */
type GapTables = {
  /** The last gap of a device. */
  readonly audit_gap: StoredGap;
};

type StoredGap = {
  readonly device: string;
  readonly is_blind: boolean;
  readonly since_ms: number | null;
  readonly reason: string;
  /** It is on the trail. */
  readonly is_entered: boolean;
  /** When the last one was entered. */
  readonly entered_ms: number;
  /** Gaps since then that are not on the trail. */
  readonly untold: number;
};

export const GAP_MIGRATION: Migration = {
  name: "audit-004-gaps",
  up: async ({ schema }) => {
    await schema
      .createTable("audit_gap")
      .addColumn("device", "text", (column) => column.primaryKey())
      .addColumn("is_blind", "boolean", (column) => column.notNull())
      .addColumn("since_ms", "double precision")
      .addColumn("reason", "text", (column) => column.notNull())
      .addColumn("is_entered", "boolean", (column) => column.notNull())
      .addColumn("entered_ms", "double precision", (column) => column.notNull())
      .addColumn("untold", "integer", (column) => column.notNull())
      .execute();
  },
};

/**
 * Milliseconds from one entry on blindness to the next: a line that breaks all the time is counted in between. A gap
 * that has been on for as long is entered wherever it began: somebody may have made use of it.
 */
const SELDOM_MS = 60_000;

/** What is to go on the trail; null: it is there already, or this one is counted alone. */
export async function noteBlind(
  transaction: Database,
  device: string,
  gap: Gap,
  nowMs: number,
): Promise<TrailEvent | null> {
  const last = await findGap(transaction, device);
  if (last?.is_blind === true) return noteStillBlind(transaction, last, nowMs);
  const isEntered =
    last === undefined || nowMs - last.entered_ms >= SELDOM_MS || isLong(gap, nowMs);
  const before = last?.untold ?? 0;
  const row = {
    is_blind: true,
    since_ms: gap.sinceMs,
    reason: gap.reason,
    is_entered: isEntered,
    entered_ms: isEntered ? nowMs : (last?.entered_ms ?? nowMs),
    untold: isEntered ? 0 : before + 1,
  };
  await transaction
    .withTables<GapTables>()
    .insertInto("audit_gap")
    .values({ device, ...row })
    .onConflict((conflict) => conflict.column("device").doUpdateSet(row))
    .execute();
  return isEntered ? blindEvent(device, gap, before, nowMs) : null;
}

async function noteStillBlind(
  transaction: Database,
  last: StoredGap,
  nowMs: number,
): Promise<TrailEvent | null> {
  const { device, untold } = last;
  const gap = gapOf(last);
  if (last.is_entered || !isLong(gap, nowMs)) return null;
  await update(transaction, device, { is_entered: true, entered_ms: nowMs, untold: 0 });
  return blindEvent(device, gap, withoutThis(untold), nowMs);
}

/** What is to go on the trail; null: nothing was missed, or it is counted alone. */
export async function noteSeeing(
  transaction: Database,
  device: string,
  gap: Gap | null,
  nowMs: number,
): Promise<TrailEvent | null> {
  const last = await findGap(transaction, device);
  if (last?.is_blind !== true) return gap === null ? null : seeingEvent(device, gap, nowMs);
  const ended = gapOf(last);
  const isLate = !last.is_entered && isLong(ended, nowMs);
  const told = { entered_ms: nowMs, untold: withoutThis(last.untold) };
  await update(transaction, device, { is_blind: false, ...(isLate ? told : {}) });
  return last.is_entered || isLate ? seeingEvent(device, ended, nowMs) : null;
}

function gapOf({ since_ms: sinceMs, reason }: StoredGap): Gap {
  return { sinceMs, reason };
}

/** One of a device that was never seen is as long as can be. */
function isLong({ sinceMs }: Gap, nowMs: number): boolean {
  return sinceMs === null || nowMs - sinceMs >= SELDOM_MS;
}

/** A gap that is not entered was counted when it began. */
function withoutThis(untold: number): number {
  return Math.max(0, untold - 1);
}

async function update(
  transaction: Database,
  device: string,
  row: Partial<Omit<StoredGap, "device">>,
): Promise<void> {
  await transaction
    .withTables<GapTables>()
    .updateTable("audit_gap")
    .set(row)
    .where("device", "=", device)
    .execute();
}

function findGap(transaction: Database, device: string) {
  return transaction
    .withTables<GapTables>()
    .selectFrom("audit_gap")
    .selectAll()
    .where("device", "=", device)
    .forUpdate()
    .executeTakeFirst();
}
