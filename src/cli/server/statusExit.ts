import { EXIT, type ExitCode } from "../exit.ts";
import type { StatusBody } from "./model.ts";

type Judged = Pick<
  StatusBody,
  "incidents" | "symptoms" | "alerts" | "devices" | "probes" | "monitors" | "channels"
>;

/** Clean only where all is seen, nothing is wrong, and whoever is to be told can be. */
export function statusExit(now: Judged): ExitCode {
  if (isWrong(now)) return EXIT.findings;
  return isSeen(now) ? EXIT.clean : EXIT.undecided;
}

function isWrong({ incidents, devices, probes, symptoms, alerts, channels }: Judged) {
  return (
    incidents.length > 0 ||
    symptoms.length > 0 ||
    alerts.some(({ status }) => status === "firing") ||
    devices.some(({ watch }) => watch.kind === "watching" && watch.drift.isDrift) ||
    probes.some(({ outcome }) => outcome === "failed") ||
    /* Whoever is to be woken would hear of nothing. */
    channels.some(({ state }) => state.kind === "failing")
  );
}

function isSeen({ devices, probes, monitors }: Judged): boolean {
  return (
    devices.every(({ watch }) => watch.kind === "watching" && watch.drift.isWhole) &&
    probes.every(({ outcome, isStale }) => outcome !== null && outcome !== "blind" && !isStale) &&
    monitors.every(({ state }) => state === "seeing")
  );
}
