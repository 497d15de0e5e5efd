import type { Network } from "../inventory/model.ts";
import type { Monitor } from "../inventory/monitors.ts";
import type { ProbeResult, ProbeState } from "../probe/model.ts";
import type { Probes as ProbeService } from "../probe/service.ts";
import type { GreenProbe, ProbeOutcome, Probes } from "./confirmation.ts";
import type { RecoverySteps } from "./queues.ts";

/**
 * The probes of a network as an apply asks them. Green is what was green, and is once more just before: one
 * that turned red since its last turn may roll nothing back.
 */
export function probesOf(service: Pick<ProbeService, "states" | "run">): Probes {
  return {
    green: async () => {
      const were = service.states().filter(isOk);
      const asked = await Promise.all(were.map(({ monitor }) => service.run(monitor.id)));
      return asked.filter(({ outcome }) => outcome === "ok").map(toGreen);
    },
    run: async (id) => toOutcome(await service.run(id)),
  };
}

function isOk({ last }: ProbeState): boolean {
  return last?.outcome === "ok";
}

function toGreen({ monitor, flows, durationMs }: ProbeResult): GreenProbe {
  return { id: monitor, flows, tookMs: durationMs };
}

function toOutcome({ outcome, reason, measured, stage }: ProbeResult): ProbeOutcome {
  const words = reason === null ? measured : `${reason} (${measured}, at ${stage})`;
  return { status: outcome, text: words };
}

/**
 * What helps mail back behind a rollback: what was deferred is tried at once, since Postfix waits up to an
 * hour with it, and a login and a mail show that it is over.
 */
export function recoveryOf({ monitors }: Pick<Network, "monitors">): RecoverySteps {
  return {
    commands: monitors.flatMap((monitor) =>
      monitor.kind === "postfix"
        ? [{ device: monitor.on, command: ["postqueue", "-c", monitor.configuration, "-f"] }]
        : [],
    ),
    probes: monitors.filter(showsMail).map(({ id }) => id),
  };
}

function showsMail({ kind }: Monitor): boolean {
  return kind === "submission" || kind === "imap" || kind === "round-trip";
}
