/** How loud an alert is: `page` wakes somebody, `warning` waits for the morning, `information` is for the record. */
export const SEVERITIES = ["page", "warning", "information"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A state that somebody must know of, as whoever found it tells it. */
export interface Raised {
  /** The same state has the same key each time: `probe/smtp-out`. */
  readonly key: string;
  /** What it comes from, as far as that is known: alerts of one group are told together. */
  readonly group: string;
  readonly severity: Severity;
  /** One line; another title is news. */
  readonly title: string;
  /** What moves (numbers, times) belongs here: another text is no news. */
  readonly text: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Address of a page that shows it; null: there is none. */
  readonly link: string | null;
}

/** `acknowledged`: somebody has it in hand, and it is still there. */
export type AlertStatus = "firing" | "acknowledged" | "resolved";

export interface Alert extends Raised {
  readonly id: number;
  readonly status: AlertStatus;
  /** The group that it belongs to now. */
  readonly groupId: string;
  readonly raisedMs: number;
  readonly acknowledged: { readonly by: string; readonly atMs: number } | null;
  /** Null: it is still there. */
  readonly resolvedMs: number | null;
}

/** Alerts of one cause, from the first of them until the last has ended; afterwards its key may come again. */
export interface AlertGroup {
  readonly id: string;
  readonly key: string;
  readonly openedMs: number;
  /** Null: it is still there. */
  readonly endedMs: number | null;
  /** Key of the group that took its last alerts over, since their cause was found; null: none did. */
  readonly movedTo: string | null;
  /** Key of the alert that speaks for it, with what it said when that was told. */
  readonly leader: string;
  readonly title: string;
  readonly severity: Severity;
  readonly labels: Readonly<Record<string, string>>;
  readonly link: string | null;
  /** From 1; one more each time that there is news of it. */
  readonly revision: number;
}

/** Something that people are told of a group. */
export interface News {
  readonly kind:
    | "opened"
    /** Its leader says something else, or it has become worse. */
    | "changed"
    /** Its alerts belong to another group, which is their cause. */
    | "moved"
    | "resolved";
  readonly groupId: string;
}

export interface AlertEvent {
  readonly kind: "raised" | "changed" | "acknowledged" | "resolved";
  readonly alert: Alert;
}
