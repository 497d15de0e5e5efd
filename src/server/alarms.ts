import type { Raised } from "../operations/alert/model.ts";
import type { Alerts } from "../operations/alert/service.ts";
import type { AuditEvent, WatchState } from "../operations/audit/model.ts";
import type { Audit } from "../operations/audit/service.ts";
import { ruleTitle, waitingFor } from "../operations/incident/life.ts";
import type { Incident, IncidentCause } from "../operations/incident/model.ts";
import type { Incidents } from "../operations/incident/service.ts";
import type { MonitorEvent } from "../operations/monitor/model.ts";
import type { Monitors } from "../operations/monitor/service.ts";

interface Sources {
  readonly incidents: Pick<Incidents, "events">;
  readonly audit: Pick<Audit, "events">;
  readonly monitors: Pick<Monitors, "events">;
}

/** Somebody has to know of incidents at once; of what is not seen, and of drift that breaks nothing, by day. */
export function raiseAlarms(
  alerts: Pick<Alerts, "raise" | "end">,
  { incidents, audit, monitors }: Sources,
  onFault: (fault: unknown) => void,
): void {
  const follow = (key: string, raised: Raised | null) => {
    const told = raised === null ? alerts.end(key) : alerts.raise(raised);
    told.catch(onFault);
  };
  incidents.events.subscribe(({ incident }) => {
    const isOver = incident.status === "closed" || incident.recoveredMs !== null;
    follow(incidentKey(incident), isOver ? null : incidentAlert(incident));
  });
  audit.events.subscribe((event) => {
    for (const [key, raised] of deviceAlerts(event)) follow(key, raised);
  });
  monitors.events.subscribe((event) => {
    if (event.kind === "blind" || event.kind === "seeing")
      follow(`blind/monitor/${event.monitor}`, monitorAlert(event));
  });
}

function incidentKey({ id }: Incident): string {
  return `incident/${id}`;
}

/** Its title is the same as long as the cause is: what comes and goes stands in the text. */
function incidentAlert(incident: Incident): Raised {
  const { id, cause, symptoms } = incident;
  const [first] = symptoms;
  const key = incidentKey(incident);
  const explained = cause?.kind === "explained" ? cause : null;
  return {
    key,
    group: key,
    severity: "page",
    title:
      explained === null
        ? `incident ${id}: ${first?.text ?? "something hurts"}`
        : `incident ${id}: ${ruleTitle(explained)}`,
    text: [
      ...causeLines(cause),
      ...waitingFor(incident).map(({ text }) => `- ${text}`),
      explained === null ? `look: premortem incident ${id}` : `take it back: premortem undo ${id}`,
    ].join("\n"),
    labels: {
      incident: String(id),
      ...(explained === null ? {} : { device: explained.difference.device }),
    },
    link: null,
  };
}

function causeLines(cause: IncidentCause | null): readonly string[] {
  switch (cause?.kind) {
    case "explained":
      return [`The cause is proved: ${ruleTitle(cause)}. What follows from it:`];
    case "notByRules":
      return ["Not explained by any difference of a ruleset. What hurts:"];
    default:
      return ["The cause is not known yet. What hurts:"];
  }
}

function deviceAlerts(event: AuditEvent): readonly (readonly [string, Raised | null])[] {
  if (event.kind === "difference") return [];
  const { device, state } = event;
  const blindKey = `blind/device/${device}`;
  const driftKey = `drift/${device}`;
  const common = { group: `device/${device}`, labels: { device }, link: null };
  const blind: Raised | null =
    state.kind === "blind"
      ? {
          ...common,
          key: blindKey,
          severity: "warning",
          title: `${device} is not seen: nobody would notice a change there`,
          text: state.reason,
        }
      : null;
  return [
    [blindKey, blind],
    /* What is not seen may still drift: the last word on it stays. */
    ...(state.kind === "blind" ? [] : [[driftKey, driftAlert(driftKey, common, state)] as const]),
  ];
}

function driftAlert(
  key: string,
  common: Pick<Raised, "group" | "labels" | "link">,
  state: Exclude<WatchState, { kind: "blind" }>,
): Raised | null {
  if (state.kind !== "watching" || !state.drift.isDrift || state.drift.change !== null) return null;
  const { meaning } = state.drift;
  /* Broken intents open an incident. */
  if (meaning === "breaks") return null;
  return {
    ...common,
    key,
    severity: meaning === "harmless" ? "information" : "warning",
    title: `${common.labels["device"] ?? ""} runs another ruleset than was approved: ${MEANINGS[meaning]}`,
    text: "look: premortem pull; then adopt it: premortem init; or take it back: premortem revert",
  };
}

const MEANINGS = {
  harmless: "proved to change the fate of no packet",
  moves: "packets fare otherwise, no intent is broken",
  unclear: "what it means could not be proved",
} as const;

function monitorAlert(event: Extract<MonitorEvent, { kind: "blind" | "seeing" }>): Raised | null {
  if (event.kind === "seeing") return null;
  const { monitor, reason } = event;
  return {
    key: `blind/monitor/${monitor}`,
    group: `monitor/${monitor}`,
    severity: "warning",
    title: `${monitor} does not see anything`,
    text: reason,
    labels: { monitor },
    link: null,
  };
}
