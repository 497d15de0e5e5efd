import type { Actor } from "../../platform/auth/actor.ts";
import type { Database } from "../../platform/db/database.ts";
import { type Refusal, refuse } from "../../platform/refusal.ts";
import type { CorrectionWishes, RecordEntry } from "./model.ts";
import { findAttendance, type NewAttendance } from "./store.ts";

/** What stands in the place of an entry: what is not said anew stays as it was. */
export function correctionOf(
  { number, lesson, atMs, note }: RecordEntry,
  wishes: CorrectionWishes,
  by: string,
): NewAttendance {
  return {
    lesson,
    logins: [...new Set(wishes.logins)].sort(),
    atMs: wishes.atMs ?? atMs,
    note: wishes.note ?? note,
    by,
    corrects: number,
    why: wishes.why,
  };
}

/** Says who came first: what corrects it now can be corrected itself. */
export async function refuseCorrected(database: Database, number: number): Promise<Refusal> {
  const found = await findAttendance(database, number);
  const by = found?.correctedBy == null ? null : await findAttendance(database, found.correctedBy);
  return refuse(
    `attendance ${number} was corrected by \`${by?.by ?? "somebody"}\``,
    `correct attendance ${by?.number ?? number} in its place`,
  );
}

/**
 * Approvers see all, others what they took part in or wrote down; and what corrects it, since somebody who was
 * taken out of an entry has to be able to see that.
 */
export function mayBeSeen(
  { login, roles }: Actor,
  said: readonly RecordEntry[],
): (entry: RecordEntry) => boolean {
  if (roles.includes("approver")) return () => true;
  const byNumber = new Map(said.map((entry) => [entry.number, entry]));
  const isSeen = ({ by, logins, corrects }: RecordEntry): boolean => {
    if (by === login || logins.includes(login)) return true;
    /* An entry corrects an older one: this comes to its end. */
    const before = corrects === null ? undefined : byNumber.get(corrects);
    return before !== undefined && isSeen(before);
  };
  return isSeen;
}
