import type { ApplyState, RefusalReason, RollbackReason, Running } from "./model.ts";

/** Why an apply came to where it stands, in a sentence; null: its kind says it all. */
export function whyText(state: ApplyState): string | null {
  switch (state.kind) {
    case "refused":
      return REFUSED[state.reason];
    case "rolledBack":
      return ROLLED_BACK[state.reason];
    case "rollingBack":
      return whyText(state.end);
    case "stuck":
      return state.why === "noRecord"
        ? `somebody has taken its record off the device; ${RUNS[state.running]}`
        : `rolled back, but what runs differs from the last good state: ${RUNS[state.running]}`;
    default:
      return null;
  }
}

const RUNS: Readonly<Record<Running, string>> = {
  previous: "what was there before runs",
  candidate: "what was to be taken back runs",
  other: "something runs that is neither what was there before nor what was loaded",
};

const REFUSED: Readonly<Record<RefusalReason, string>> = {
  changedSincePlanned: "what runs is not what it was planned for: prove it again",
  cannotRestore: "the device cannot promise to restore what runs",
  notLoaded: "the kernel did not take it",
  tooLate: "its time was over before anything was loaded",
  superseded: "a newer apply has taken the device over",
  anotherArmed:
    "another apply is armed on the device and nobody has confirmed it: confirm it or take it back first",
};

const ROLLED_BACK: Readonly<Record<RollbackReason, string>> = {
  checkFailed: "a check failed",
  tooLate: "the device restored by itself",
  asked: "somebody wanted it back",
  changedMeanwhile: "somebody else wrote to the own tables meanwhile",
  superseded: "a newer apply has taken the device over",
};
