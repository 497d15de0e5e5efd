import { setTimeout as pause } from "node:timers/promises";
import type { z } from "zod";
import {
  incident as incidentBody,
  incidents,
  postmortem,
} from "../../../src/server/contract/incident.ts";
import { RECOVERY_MS } from "./scene.ts";
import type { Heard, LabServer } from "./server.ts";

/* What a report asks of incidents. */

export type Incident = z.infer<typeof incidentBody>;

export function isIncident(wanted: string) {
  return ({ topic, kind }: Heard) => topic === "incident" && kind === wanted;
}

/** The incident that news are of. */
export async function incidentOf(server: LabServer, heard: Heard | null): Promise<Incident | null> {
  return heard === null ? null : server.ask("eva", "GET", pathOf(heard), incidentBody);
}

/** `incident/3` is at `/v1/incidents/3`. */
export function pathOf({ subject }: Heard): string {
  return `/v1/${subject.replace("incident/", "incidents/")}`;
}

/** Milliseconds between two looks. */
const LOOK_MS = 500;

/**
 * Waits for the end of whatever hurt before anything was played, and closes its incident: on a busy machine a probe can
 * be late, and its incident would take in what is played, so that none would open.
 */
export async function closeEarlier(server: LabServer): Promise<void> {
  for (const end = Date.now() + RECOVERY_MS; ; await pause(LOOK_MS)) {
    const { incidents: all } = await server.ask("eva", "GET", "/v1/incidents", incidents);
    const open = all.filter(({ status }) => status !== "closed");
    if (open.length === 0) return;
    if (Date.now() > end)
      throw new Error(`it still hurts: ${open.map(({ title }) => title).join("; ")}`);
    /* One that still waits for something is refused, and asked for again. */
    for (const { id, recoveredMs } of open)
      if (recoveredMs !== null)
        await server
          .ask("ana", "POST", `/v1/incidents/${id}/close`, incidentBody)
          .catch(() => undefined);
  }
}

/** What was opened since a moment, oldest first. */
export async function incidentsSince(
  server: LabServer,
  sinceMs: number,
): Promise<readonly Incident[]> {
  const { incidents: all } = await server.ask("eva", "GET", "/v1/incidents", incidents);
  return all.filter(({ openedMs }) => openedMs >= sinceMs).toReversed();
}

export async function draftOf(server: LabServer, { id }: Incident): Promise<string> {
  return (await server.ask("eva", "GET", `/v1/incidents/${id}/postmortem`, postmortem)).markdown;
}

/** The words of a symptom. */
export function symptomText({ symptoms }: Incident, id: string): string {
  return symptoms.find((one) => one.id === id)?.text ?? id;
}
