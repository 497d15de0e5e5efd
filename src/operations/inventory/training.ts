import type { Span } from "../../engine/base/span.ts";
import type { PersonRole } from "./model.ts";

/** Something that people practise again and again. */
export interface TrainingLesson {
  readonly id: string;
  readonly title: string;
  readonly what: LessonKind;
  /** Of a day's work. */
  readonly minutes: number;
  /** Days after which it is due again. */
  readonly everyDays: number;
  /** Ids of teams, and roles: whoever is in one of them has to have done it. */
  readonly teams: readonly string[];
  readonly roles: readonly PersonRole[];
  readonly span: Span;
}

export type LessonKind =
  /** A drill that one plays alone: whoever has played it to its end has done it. */
  | { readonly kind: "drill"; readonly drill: string }
  /** Talked through together; `kit` says what is on the table. */
  | { readonly kind: "paper"; readonly kit: string };
