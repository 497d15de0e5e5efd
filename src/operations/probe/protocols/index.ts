import type { ProbeMonitor } from "../../inventory/monitors.ts";
import type { Answer, Attempt } from "../attempt.ts";
import { probeDatabase } from "./database.ts";
import { probeDns } from "./dns.ts";
import { probeImap } from "./imap.ts";
import { probeRoundTrip } from "./roundTrip.ts";
import { probeSmtp } from "./smtp.ts";
import { probeSubmission } from "./submission.ts";

/** Asks as the monitor says. Throws where the target does not do what it should. */
export function ask(attempt: Attempt, monitor: ProbeMonitor): Promise<Answer> {
  switch (monitor.kind) {
    case "smtp":
      return probeSmtp(attempt, monitor);
    case "submission":
      return probeSubmission(attempt, monitor);
    case "imap":
      return probeImap(attempt, monitor);
    case "round-trip":
      return probeRoundTrip(attempt, monitor);
    case "dns":
      return probeDns(attempt, monitor);
    case "database":
      return probeDatabase(attempt, monitor);
  }
}
