/** One line of the record: who has done what, when, and how that is known. */
export interface RecordEntry {
  readonly how: "said" | "drill";
  /** Of the attendance, or of the run. */
  readonly number: number;
  readonly lesson: string;
  readonly logins: readonly string[];
  /** When they did it. */
  readonly atMs: number;
  /** Who says so; of a drill: who played it. */
  readonly by: string;
  /** May be empty. */
  readonly note: string;
  /** Number of the attendance in whose place this one stands; null: of none. */
  readonly corrects: number | null;
  /** Why it was corrected; empty where it corrects none. */
  readonly why: string;
  /** Number of the attendance that stands in its place: it does not count any more. */
  readonly correctedBy: number | null;
}

/** What somebody writes down of a lesson that was held. */
export interface AttendanceWishes {
  readonly lesson: string;
  readonly logins: readonly string[];
  readonly atMs: number;
  readonly note: string;
}

/** What somebody says instead of what was written down. Nothing is taken away: another entry stands in its place. */
export interface CorrectionWishes {
  readonly attendance: number;
  /** Nobody: it was not held. */
  readonly logins: readonly string[];
  /** Null: as it was. */
  readonly atMs: number | null;
  readonly note: string | null;
  readonly why: string;
}

/** A drill that somebody has played to its end. Points are nobody's business, and not in it. */
export interface FinishedDrill {
  readonly run: number;
  readonly login: string;
  readonly drill: string;
  readonly atMs: number;
}

/** Drills that were played to their end, as the part that keeps them tells. */
export interface FinishedDrills {
  /** The last of each person and drill. */
  last(): Promise<readonly FinishedDrill[]>;
  /** Newest first. */
  all(limit: number): Promise<readonly FinishedDrill[]>;
}
