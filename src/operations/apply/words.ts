import type { ApplyState, RefusalReason, RollbackReason, Running } from "./model.ts";

/** Why an apply came to where it stands, in a sentence; null: its kind says it all. */
export function whyText(state: ApplyState): string | null {
  switch (state.kind) {
    case "refused":
      return state.said === undefined
        ? REFUSED[state.reason]
        : `${REFUSED[state.reason]}. The device says: ${state.said}`;
    case "rolledBack":
      return ROLLED_BACK[state.reason];
    case "rollingBack":
      return whyText(state.end);
    case "armed":
      return ARMED;
    case "arming":
    case "loading":
    case "confirming":
      return state.isUnsure ? UNSURE[state.kind] : null;
    case "stuck":
      return state.why === "noRecord"
        ? `somebody has taken its record off the device; ${RUNS[state.running]}`
        : `rolled back, but what runs differs from the last good state: ${RUNS[state.running]}`;
    default:
      return null;
  }
}

/** `setsid` in `premortem-device.sh`. */
const ARMED =
  "a process of its own waits on the device and restores, whatever becomes of this server, its login or the line; systemd has no part in it, and a reboot ends it: then the boot files of before are loaded";

/** What is known where a command was sent and no answer came. */
const UNSURE: Readonly<Record<"arming" | "loading" | "confirming", string>> = {
  arming:
    "nobody knows whether the device is armed; nothing was loaded, what was there before runs",
  loading:
    "nobody knows whether it was loaded; if it was, the device takes it back by itself, unless it is confirmed in its time",
  confirming:
    "nobody knows whether it was confirmed; if it was not, the device takes it back by itself",
};

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
