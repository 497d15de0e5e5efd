import type { IncidentCause } from "../model.ts";

type Explained = Extract<IncidentCause, { kind: "explained" }>;

/** A rule that somebody has put in and that explains something, with nothing else known: but for what is given. */
export function explainedCause({
  difference,
  ...given
}: Partial<Omit<Explained, "kind" | "difference">> & {
  readonly difference: Partial<Explained["difference"]>;
}): Explained {
  return {
    kind: "explained",
    difference: {
      id: "1",
      device: "fw",
      atMs: 1,
      sinceMs: null,
      isPolled: false,
      added: ["inet edge forward: drop"],
      removed: [],
      by: "unknown",
      change: null,
      ...difference,
    },
    rules: [],
    explains: [],
    isTakenBack: false,
    others: [],
    unexplained: [],
    contradicted: [],
    ruledOut: [],
    notExamined: 0,
    ...given,
  };
}
