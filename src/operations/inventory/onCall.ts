import type { Span } from "../../engine/base/span.ts";

/** Who is called when something hurts, person after person. */
export interface OnCallCalendar {
  readonly name: string;
  /** As IANA names it: `Europe/Vienna`. */
  readonly timeZone: string;
  /** Logins, each for one shift, in this order, again and again. */
  readonly rotation: readonly string[];
  readonly handOver: HandOver;
  /** The first shift begins with the first hand-over from this day on; days since 1970-01-01. */
  readonly startDay: number;
  /** Outside these nobody is on call; empty: around the clock. */
  readonly hours: readonly DutyHours[];
  readonly span: Span;
}

/** When one goes and the next comes, by the clock on the wall. */
export interface HandOver {
  /** 0 is Sunday; null: each day. */
  readonly weekday: number | null;
  /** Minutes since midnight. */
  readonly minute: number;
}

/** Hours of some days of the week, by the clock on the wall. */
export interface DutyHours {
  /** 0 is Sunday. */
  readonly weekdays: readonly number[];
  readonly fromMinute: number;
  /** Where it is not behind `fromMinute`, it is a minute of the next day. */
  readonly toMinute: number;
}

/**
 * What is wrong, as far as it says who has to come: `rule`: the cause is a rule; `blind`: premortem does not see
 * something; the others by the connections that hurt. `any`: whatever it is, but blindness.
 */
export const ESCALATION_KINDS = ["rule", "blind", "database", "names", "mail", "any"] as const;
export type EscalationKind = (typeof ESCALATION_KINDS)[number];

/** Who is told of what, and who next if nobody says that he has it in hand. */
export interface EscalationPolicy {
  readonly name: string;
  readonly when: readonly EscalationKind[];
  readonly steps: readonly EscalationStep[];
  /** How often it begins anew behind its last step. */
  readonly repeat: number;
  readonly span: Span;
}

export interface EscalationStep {
  readonly notify: readonly EscalationTarget[];
  readonly by: readonly EscalationChannel[];
  /** Milliseconds until the next step is taken. */
  readonly waitMs: number;
}

export type EscalationTarget =
  | { readonly kind: "person"; readonly login: string }
  /** Each of its members. */
  | { readonly kind: "team"; readonly team: string }
  | { readonly kind: "onCall"; readonly calendar: string };

/** Channels that tell one person; the others tell whoever looks. */
export const ESCALATION_CHANNELS = ["webhook", "email"] as const;
export type EscalationChannel = (typeof ESCALATION_CHANNELS)[number];
