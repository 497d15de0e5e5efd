import { waitingFor } from "../incident/life.ts";
import type { Incident } from "../incident/model.ts";
import type { StatusComponent, StatusPage } from "../inventory/model.ts";
import type {
  ComponentState,
  PublicComponent,
  PublicImpact,
  PublicIncident,
  PublicStatus,
  StatusState,
} from "./model.ts";

/** What is known of an intent or a probe. */
export type Known = "works" | "slow" | "fails" | "unknown";

export interface StatusEvidence {
  readonly intent: (id: string) => Known;
  readonly probe: (name: string) => Known;
  /** Newest first: those that are open, and those that ended lately. */
  readonly incidents: readonly Incident[];
}

/** Milliseconds for which the last word on a component stands, though nobody sees it any more. */
export const BLIND_AFTER_MS = 5 * 60_000;
/** Incidents that the page keeps; Statuspage lists as many. */
export const MAXIMUM_INCIDENTS = 50;

/** The page as it is now, from what it was and what is known. It has the names of its components alone. */
export function nextState(
  page: StatusPage,
  before: StatusState | null,
  evidence: StatusEvidence,
  nowMs: number,
): StatusState {
  const components = page.components.map((component) => {
    const was = before?.components.find(({ name }) => name === component.name);
    return nextComponent(component, was, evidence, nowMs);
  });
  const known = new Map(before?.incidents.map((one) => [one.number, one]));
  for (const incident of evidence.incidents) {
    const next = nextIncident(page, known.get(incident.id), incident, nowMs);
    if (next !== null) known.set(incident.id, next);
  }
  const incidents = [...known.values()].sort((a, b) => b.number - a.number);
  return { updatedMs: nowMs, components, incidents: incidents.slice(0, MAXIMUM_INCIDENTS) };
}

function nextComponent(
  { name, about, intents, probes }: StatusComponent,
  was: PublicComponent | undefined,
  evidence: StatusEvidence,
  nowMs: number,
): PublicComponent {
  const found = stateOf([...intents.map(evidence.intent), ...probes.map(evidence.probe)]);
  const state = found ?? "unknown";
  if (was === undefined)
    return { name, about, state, sinceMs: nowMs, blindMs: found === null ? nowMs : null };
  const blindMs = found === null ? (was.blindMs ?? nowMs) : null;
  /* A server that starts, or a probe that is late, is no news for the public. */
  const isPatient = blindMs !== null && nowMs - blindMs < BLIND_AFTER_MS;
  if (isPatient || state === was.state) return { ...was, about, blindMs };
  return { name, about, state, sinceMs: nowMs, blindMs };
}

/** Null: nothing is known. What is known to fail counts, whatever else is not seen. */
function stateOf(all: readonly Known[]): ComponentState | null {
  const failing = all.filter((one) => one === "fails").length;
  if (failing > 0) return failing === all.length ? "major_outage" : "partial_outage";
  if (all.includes("slow")) return "degraded_performance";
  return all.length === 0 || all.includes("unknown") ? null : "operational";
}

/** Null: it is none that the public feels. */
function nextIncident(
  page: StatusPage,
  was: PublicIncident | undefined,
  incident: Incident,
  nowMs: number,
): PublicIncident | null {
  const hit = page.components.filter((component) => isHit(component, incident));
  const components = hit.map(({ name }) => name);
  const status = statusOf(incident);
  if (was === undefined) {
    if (components.length === 0) return null;
    const impact = impactOf(components.length, page);
    const first = { status: "investigating", atMs: incident.openedMs } as const;
    const updates = status === first.status ? [first] : [first, { status, atMs: nowMs }];
    return { number: incident.id, components, impact, beganMs: incident.beganMs, updates };
  }
  const touched = new Set([...was.components, ...components]);
  const names = page.components.map(({ name }) => name).filter((name) => touched.has(name));
  const last = was.updates.at(-1);
  const updates =
    last?.status === status
      ? was.updates
      : [...was.updates, { status, atMs: nowMs }].slice(-MAXIMUM_UPDATES);
  return { ...was, components: names, impact: impactOf(names.length, page), updates };
}

/** Updates of one incident: one that comes and goes must not fill the page. */
const MAXIMUM_UPDATES = 50;

function isHit({ intents, probes }: StatusComponent, incident: Incident): boolean {
  return incident.symptoms.some(
    ({ id, intent }) =>
      (intent !== null && intents.includes(intent.id)) ||
      probes.some((probe) => id === `probe/${probe}`),
  );
}

function impactOf(hit: number, { components }: StatusPage): PublicImpact {
  return hit === components.length ? "critical" : "major";
}

/** How far an incident is, in public words. */
export function statusOf(incident: Incident): PublicStatus {
  const { status, cause, undo, recoveredMs } = incident;
  if (status === "closed" || recoveredMs !== null || waitingFor(incident).length === 0)
    return "resolved";
  if (status === "recovering" || undo?.state === "done") return "monitoring";
  return cause?.kind === "explained" ? "identified" : "investigating";
}
