import { isMended } from "../operations/audit/drift.ts";
import type { Audit } from "../operations/audit/service.ts";
import { stillThere } from "../operations/incident/life.ts";
import type { IncidentSymptom } from "../operations/incident/model.ts";
import type { Incidents } from "../operations/incident/service.ts";
import type { Network } from "../operations/inventory/model.ts";
import type { Monitors } from "../operations/monitor/service.ts";
import type { Probes } from "../operations/probe/service.ts";
import type { Clock } from "../platform/clock.ts";

/** Milliseconds after which a monitor that sees has seen what is there: queues try again within a minute. */
export const LOOKED_MS = 120_000;

export interface SettleParts {
  readonly clock: Clock;
  readonly network: () => Pick<Network, "devices" | "intents" | "monitors">;
  readonly incidents: Pick<Incidents, "open" | "symptomOver">;
  readonly audit: Pick<Audit, "states">;
  readonly probes: Pick<Probes, "states">;
  readonly monitors: Pick<Monitors, "active" | "states">;
}

/**
 * Ends symptoms whose end nobody could tell: the server ended before, or their source is in the network
 * file no more. Whoever sees has the last word; what is not seen stays as it was.
 */
export async function settle(parts: SettleParts): Promise<void> {
  const waiting = (await parts.incidents.open()).flatMap(stillThere);
  /* Looked at and told in one go: whatever begins in between is told behind it. */
  const over = new Set(waiting.filter((one) => isOver(parts, one)).map(({ id }) => id));
  await Promise.all([...over].map((id) => parts.incidents.symptomOver(id)));
}

function isOver(parts: SettleParts, { id, intent }: IncidentSymptom): boolean {
  if (intent !== null) return isIntentOver(parts, intent);
  const probe = /^probe\/(.+)$/.exec(id)?.[1];
  return probe === undefined ? isMonitorOver(parts, id) : isProbeOver(parts, probe);
}

function isIntentOver(
  { network, audit }: SettleParts,
  { device, id }: NonNullable<IncidentSymptom["intent"]>,
): boolean {
  const { devices, intents } = network();
  if (!devices.has(device) || !intents.some((one) => one.id === id)) return true;
  const state = audit.states().get(device);
  if (state?.kind !== "watching" || state.drift.change !== null) return false;
  return isMended(state.drift, id);
}

function isProbeOver({ probes }: SettleParts, name: string): boolean {
  const state = probes.states().find(({ monitor }) => monitor.id === name);
  if (state === undefined) return true;
  return state.last?.outcome === "ok" || state.last?.outcome === "degraded";
}

function isMonitorOver({ clock, network, monitors }: SettleParts, symptom: string): boolean {
  const isOf = (monitor: string) => symptom.startsWith(`${monitor}/`);
  /* A help desk may say that many call where the network file has no monitor of complaints. */
  if (monitors.active().some(({ id }) => id === symptom)) return false;
  if (!network().monitors.some(({ id }) => isOf(id))) return true;
  const views = monitors.states().filter(({ monitor }) => isOf(monitor));
  const hasLooked = views.every(
    ({ state, sinceMs }) => state === "seeing" && clock() - sinceMs >= LOOKED_MS,
  );
  return views.length > 0 && hasLooked;
}
