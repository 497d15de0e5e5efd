import type { Playbook } from "./model.ts";

/** How far a step is. Every state but the first says who, and since when. */
export type StepState =
  | { readonly kind: "waiting" }
  /** A person is at it, or premortem works. */
  | (Marked & {
      readonly kind: "begun";
      readonly attempt: number;
      /** When its timer runs out; null: it has none. */
      readonly dueMs: number | null;
      /** The timeline says already that it is over. */
      readonly isDueTold: boolean;
    })
  /** premortem has said what an undo would do, and waits for a person to press. */
  | (Marked & { readonly kind: "proposed"; readonly attempt: number; readonly text: string })
  /** Somebody has pressed: the undo is on its way. */
  | (Marked & { readonly kind: "pressed"; readonly attempt: number })
  | (Marked & {
      readonly kind: "done";
      readonly text: string;
      /** Whether it came out as hoped; null: a person has said no more than that it is done. */
      readonly isGood: boolean | null;
    })
  | (Marked & { readonly kind: "skipped"; readonly text: string })
  /** It could not be done, and may be begun again. */
  | (Marked & { readonly kind: "failed"; readonly text: string })
  /** The server ended while it was on its way: nobody knows what came of it, and it is not done twice. */
  | (Marked & { readonly kind: "lost"; readonly text: string });

interface Marked {
  readonly by: string;
  readonly atMs: number;
}

export interface RunStep {
  readonly id: string;
  readonly state: StepState;
  /** How often it was started: what an earlier attempt finds is not taken for that of a later one. */
  readonly attempts: number;
  /** What people noted at it. */
  readonly notes: readonly RunNote[];
}

export interface RunNote {
  readonly by: string;
  readonly atMs: number;
  readonly text: string;
}

/** A playbook as it is followed in one incident. */
export interface PlaybookRun {
  readonly id: number;
  readonly incident: number;
  /** As it was when the run began: an edit of the file changes no run. */
  readonly playbook: Playbook;
  /** `over`: every step is done or left out, or somebody has ended it. */
  readonly status: "open" | "over";
  readonly begun: Marked;
  readonly ended: Marked | null;
  readonly steps: readonly RunStep[];
  /** Sentences for the timeline of the incident. */
  readonly log: readonly { readonly atMs: number; readonly text: string }[];
  /** Of the log, how many the timeline has. */
  readonly told: number;
}

export function beginRun(
  incident: number,
  playbook: Playbook,
  by: string,
  atMs: number,
): PlaybookRun {
  return {
    id: 0,
    incident,
    playbook,
    status: "open",
    begun: { by, atMs },
    ended: null,
    steps: playbook.steps.map(({ id }) => ({
      id,
      state: { kind: "waiting" },
      attempts: 0,
      notes: [],
    })),
    log: [{ atMs, text: `${by} begins the playbook "${playbook.title}"` }],
    told: 0,
  };
}
