/** What closes an action by itself, and opens it again. */
export type ActionCheck =
  /** A promise of the network file holds on all that runs. */
  | { readonly kind: "intent"; readonly intent: string }
  /** A probe finds that it works, so many times in a row. */
  | { readonly kind: "probe"; readonly probe: string; readonly times: number }
  /** A drill reaches a score. */
  | { readonly kind: "drill"; readonly drill: string; readonly score: number }
  /** A device runs what was approved. */
  | { readonly kind: "approved"; readonly device: string }
  /** Nothing that a program can look at: a person says so. */
  | { readonly kind: "person" };

/** One look at what an action is checked by. `unknown`: it cannot be looked at now, or is not decided. */
export interface Observation {
  readonly answer: "good" | "bad" | "unknown";
  /** When what was looked at was so: the same moment counts once. */
  readonly atMs: number;
  /** What was seen, in words. */
  readonly text: string;
}

/** `proposed`: premortem found it in an incident, and nobody has taken it yet. */
export type ActionStatus = "proposed" | "open" | "done" | "declined";

/** Something that has to be done so that an outage does not come again. */
export interface Action {
  readonly id: number;
  /** Null: it comes from no incident. */
  readonly incident: number | null;
  /** What it is, among those of its incident: the same is proposed once. Null: a person wrote it. */
  readonly key: string | null;
  readonly text: string;
  /** Login or team; null: nobody has taken it. */
  readonly owner: string | null;
  /** The day, as `2027-05-31`, by the end of which it has to be done; null: none is set. */
  readonly due: string | null;
  readonly check: ActionCheck;
  readonly status: ActionStatus;
  /** Looks in a row that were good, and those that were bad. */
  readonly good: number;
  readonly bad: number;
  /** The last look; null: there was none. */
  readonly last: Observation | null;
  /** What became of it, in sentences. */
  readonly log: readonly { readonly atMs: number; readonly text: string }[];
}

/** An action before it is stored. */
export type NewAction = Pick<Action, "incident" | "key" | "text" | "owner" | "due" | "check"> & {
  readonly status: "proposed" | "open";
};
