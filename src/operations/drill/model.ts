import type { DrillAction } from "./actions.ts";

/** An outage to practise on, as its file says it. It is played on a simulation of its own. */
export interface Drill {
  /** Name of its file without the ending. */
  readonly id: string;
  readonly title: string;
  readonly story: string;
  /** Minutes of a trainee's day that it takes. */
  readonly minutes: number;
  /** When the simulation begins: milliseconds since 1970, UTC. */
  readonly beginsMs: number;
  readonly seed: number;
  /** Mails a second in each direction. */
  readonly rate: number;
  /** What the firewall runs beside its boot file before anything is broken; may be empty. */
  readonly before: string;
  readonly breaks: readonly DrillBreak[];
  /** Flows that have to work, and those that must not, beside those of every drill. */
  readonly services: readonly DrillFlow[];
  readonly forbidden: readonly DrillFlow[];
  readonly suspects: readonly Suspect[];
  readonly truth: DrillTruth;
  readonly wrong: readonly WrongRemedy[];
  readonly playbook: DrillPlaybook;
  readonly weights: Weights;
  /** How it went once, in reality; empty: nobody has written that down. */
  readonly reference: readonly ReferenceMoment[];
}

/** Something that somebody does to the firewall, as if by hand. */
export interface DrillBreak {
  /** Seconds after the beginning. */
  readonly second: number;
  readonly login: string;
  readonly program: string;
  /** For `nft -f`. */
  readonly nft: string;
}

export interface DrillFlow {
  readonly name: string;
  readonly protocol: "tcp" | "udp";
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

export interface Suspect {
  readonly id: string;
  readonly text: string;
}

export interface DrillTruth {
  /** Id of the suspect that it is. */
  readonly suspect: string;
  readonly cause: string;
  readonly remedy: string;
  /** What ends it, step by step; played by the tests of every drill. */
  readonly right: readonly DrillAction[];
}

export interface WrongRemedy {
  readonly id: string;
  /** An action that is one; each key that is there has to be the same. */
  readonly when: ActionPattern;
  readonly harm: string;
  readonly points: number;
}

/** Parts of an action; `matches` is a part of the text of a script. */
export interface ActionPattern {
  readonly kind: DrillAction["kind"];
  readonly at?: string | undefined;
  readonly team?: string | undefined;
  readonly service?: string | undefined;
  readonly probe?: string | undefined;
  readonly matches?: string | undefined;
}

export interface DrillPlaybook {
  /** Id of a shipped playbook. */
  readonly id: string;
  readonly steps: readonly {
    readonly id: string;
    readonly title: string;
    /** Any of these does it. */
    readonly does: readonly ActionPattern[];
  }[];
}

/** Points of each part; together a hundred. */
export interface Weights {
  readonly detect: number;
  readonly diagnose: number;
  readonly restore: number;
  readonly playbook: number;
  readonly harm: number;
}

export interface ReferenceMoment {
  /** After the outage began. */
  readonly minute: number;
  readonly text: string;
}

/** How time goes by in a run: with what is done, or sixty times as fast as on the wall beside that. */
export type Pace = "steps" | "clock";

/** One thing that was done in a run, with what came of it. */
export interface DrillEntry {
  readonly number: number;
  readonly action: DrillAction;
  /** Of the simulation: when it began and ended. */
  readonly atMs: number;
  readonly endMs: number;
  /** On the wall. */
  readonly wallMs: number;
  readonly answer: DrillAnswer;
}

export interface DrillAnswer {
  readonly title: string;
  readonly lines: readonly string[];
  /** False: it did not come to pass, and `lines` say why. */
  readonly isDone: boolean;
  /** What came in meanwhile without being asked for. */
  readonly heard: readonly Heard[];
}

export interface Heard {
  readonly atMs: number;
  readonly text: string;
}

/** Somebody's run of a drill: what it was at the beginning, and what was done. */
export interface DrillRun {
  readonly id: number;
  readonly login: string;
  /** As it was when the run began. */
  readonly drill: Drill;
  readonly pace: Pace;
  readonly begunMs: number;
  readonly entries: readonly DrillEntry[];
  /** Null: it goes on. */
  readonly debrief: Debrief | null;
}

/** What came of a run, and what there was to see. */
export interface Debrief {
  readonly endedMs: number;
  readonly outcome: "restored" | "givenUp" | "tooLate";
  readonly score: Score;
  readonly truth: Pick<DrillTruth, "cause" | "remedy"> & { readonly suspect: string };
  readonly harm: Harm;
  readonly timeline: readonly DebriefMoment[];
  readonly reference: readonly ReferenceMoment[];
  readonly practise: readonly string[];
}

export interface DebriefMoment {
  /** Of the simulation. */
  readonly atMs: number;
  /** After it broke; below zero: before. */
  readonly minute: number;
  /** `visible`: what could be seen from then on, by whoever looked. */
  readonly kind: "broke" | "visible" | "did" | "restored";
  readonly text: string;
}

export interface Score {
  /** From 0 to 100. */
  readonly total: number;
  readonly parts: readonly ScorePart[];
  readonly deductions: readonly Deduction[];
}

export interface ScorePart {
  readonly id: keyof Weights;
  readonly points: number;
  readonly of: number;
  readonly text: string;
}

export interface Deduction {
  readonly points: number;
  readonly text: string;
}

/** Counted by the simulation, from the moment that it broke. */
export interface Harm {
  /** Mails that others could not hand in at a try. */
  readonly refusedIn: number;
  readonly deferredOut: number;
  readonly failedLogins: number;
  /** Mails that were deleted. */
  readonly lost: number;
  /** Most mails that waited at once. */
  readonly worstWaiting: number;
  /** Minutes during which a forbidden flow was open, by its name. */
  readonly exposed: readonly { readonly name: string; readonly minutes: number }[];
}
