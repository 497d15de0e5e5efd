import type { Raised } from "../operations/alert/model.ts";
import type { Alerts } from "../operations/alert/service.ts";
import type { ApplyNews } from "../operations/apply/options.ts";
import type { ApplyService } from "../operations/apply/service.ts";
import type { WatchState } from "../operations/audit/model.ts";
import type { Audit } from "../operations/audit/service.ts";
import { doubtsOf, notExaminedText, notSeenTexts } from "../operations/incident/doubts.ts";
import { othersLeft, ruleTitle, waitingFor } from "../operations/incident/life.ts";
import type { Incident, IncidentCause } from "../operations/incident/model.ts";
import type { Incidents } from "../operations/incident/service.ts";
import type { Network } from "../operations/inventory/model.ts";
import type { Inventory } from "../operations/inventory/service.ts";
import type { Monitors } from "../operations/monitor/service.ts";
import type { Channel } from "../platform/channel.ts";
import { openTurns } from "../platform/turns.ts";
import { adoptedAlert, applyAlert, applyAlerts, type Told } from "./applyAlarm.ts";

interface Sources {
  readonly network: () => Pick<Network, "devices" | "monitors">;
  readonly incidents: Pick<Incidents, "events" | "open">;
  readonly audit: Pick<Audit, "events" | "states">;
  readonly monitors: Pick<Monitors, "events" | "states">;
  readonly applies: Pick<ApplyService, "list">;
  readonly applyNews: Pick<Channel<ApplyNews>, "subscribe">;
  readonly inventory: Pick<Inventory, "events" | "baselineOf">;
}

export interface Alarms {
  /**
   * Raises what is there and is not told, and ends what is over: an event may have been lost, with the
   * server of before or with the database. What is told rightly is no news. Never rejects.
   */
  reconcile(): Promise<void>;
}

/** Somebody has to know of incidents at once; of what is not seen, and of drift that breaks nothing, by day. */
export function raiseAlarms(
  alerts: Pick<Alerts, "raise" | "end" | "unresolved">,
  sources: Sources,
  onFault: (fault: unknown) => void,
): Alarms {
  const { incidents, audit, monitors, applies, applyNews, inventory } = sources;
  /* One after the other: what an event says while others are reconciled is said after them. */
  const turns = openTurns();
  const inTurn = (work: () => Promise<void>): Promise<void> => turns.take(work).catch(onFault);
  const tell = async ([key, raised]: Told) => {
    await (raised === null ? alerts.end(key) : alerts.raise(raised));
  };
  const follow = (told: Told) => void inTurn(() => tell(told));
  incidents.events.subscribe(({ incident }) => follow(incidentTold(incident)));
  audit.events.subscribe((event) => {
    if (event.kind === "state") deviceAlerts(event.device, event.state).forEach(follow);
  });
  monitors.events.subscribe((event) => {
    if (event.kind === "blind" || event.kind === "seeing")
      follow(monitorAlert(event.monitor, event.kind, event.reason));
  });
  applyNews.subscribe((news) => {
    if (news.kind !== "state") return;
    const told = applyAlert({ id: news.applyId, device: news.device, state: news.state });
    if (told !== null) follow(told);
  });
  inventory.events.subscribe((event) => {
    if (event.kind !== "baselineAdopted") return;
    const { device } = event.baseline;
    void inTurn(async () => tell(await adoptedAlert(applies, inventory, device)));
  });
  return {
    reconcile: () =>
      inTurn(async () => {
        const firing = (await alerts.unresolved()).map(({ key }) => key);
        const open = (await incidents.open()).map(incidentTold);
        const applied = await applyAlerts(applies, inventory);
        for (const told of toldAnew(sources, open, applied, firing)) await tell(told);
      }),
  };
}

/** What is known now, of all that can be known: what is not seen keeps the alerts that it has. */
function toldAnew(
  { network, audit, monitors }: Sources,
  incidents: readonly Told[],
  applied: readonly Told[],
  firing: readonly string[],
): readonly Told[] {
  const { devices, monitors: named } = network();
  const isGone = (key: string): boolean => {
    const [, of = "", name = ""] =
      /^(incident|blind\/device|drift|apply|blind\/monitor)\/(.+)$/.exec(key) ?? [];
    switch (of) {
      case "incident":
        return !incidents.some(([open]) => open === key);
      case "blind/monitor":
        return !named.some(({ id }) => id === name);
      case "":
        return false;
      default:
        return !devices.has(name);
    }
  };
  const known = [
    ...incidents,
    ...applied.filter(([key]) => !isGone(key)),
    ...[...audit.states()]
      .filter(([device, { kind }]) => devices.has(device) && kind !== "noBaseline")
      .flatMap(([device, state]) => deviceAlerts(device, state)),
    ...monitors
      .states()
      .flatMap(({ monitor, state, reason }) =>
        state === "starting" ? [] : [monitorAlert(monitor, state, reason)],
      ),
  ];
  const gone = firing.filter(isGone).map((key) => [key, null] as const);
  return [...known, ...gone].filter(([key, raised]) => raised !== null || firing.includes(key));
}

function incidentKey({ id }: Incident): string {
  return `incident/${id}`;
}

function incidentTold(incident: Incident): Told {
  const isOver = incident.status === "closed" || incident.recoveredMs !== null;
  return [incidentKey(incident), isOver ? null : incidentAlert(incident)];
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
      ...causeLines(incident),
      ...waitingFor(incident).map(({ text }) => `- ${text}`),
      explained === null || explained.isTakenBack
        ? `look: premortem incident ${id}`
        : `take it back: premortem undo ${id}`,
    ].join("\n"),
    labels: {
      incident: String(id),
      ...(explained === null ? {} : { device: explained.difference.device }),
    },
    link: null,
  };
}

function causeLines({ cause, symptoms }: Incident): readonly string[] {
  switch (cause?.kind) {
    case "explained":
      return explainedLines(cause, doubtsOf(cause, symptoms));
    case "notByRules":
      return ["Not explained by any difference of a ruleset. What hurts:"];
    case "unclear":
      return [
        "The cause is not known yet.",
        ...cause.reasons.map((reason) => `Not ruled out: ${reason}.`),
        ...notSeenTexts(cause.notSeen).map((text) => `${text}.`),
        "What hurts:",
      ];
    default:
      return ["The cause is not known yet. What hurts:"];
  }
}

function explainedLines(
  cause: Extract<IncidentCause, { kind: "explained" }>,
  doubts: readonly string[],
): readonly string[] {
  const rest = notExaminedText(cause);
  return [
    `The cause is ${doubts.length === 0 ? "proved" : "likely, not proved"}: ${ruleTitle(cause)}.`,
    ...(cause.place ? [`It stands at ${cause.place}.`] : []),
    ...doubts.map((doubt) => `But ${doubt}.`),
    ...(cause.isTakenBack ? ["It is taken back, and does not run any more."] : []),
    ...othersLeft(cause).map(
      (difference) =>
        `And as well, to be taken back next: ${ruleTitle({ difference, rules: [] })}.`,
    ),
    ...(rest === null ? [] : [`Also, ${rest}.`]),
    "What hurts:",
  ];
}

function deviceAlerts(device: string, state: WatchState): readonly Told[] {
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

function monitorAlert(monitor: string, state: "blind" | "seeing", reason: string): Told {
  const key = `blind/monitor/${monitor}`;
  if (state === "seeing") return [key, null];
  return [
    key,
    {
      key,
      group: `monitor/${monitor}`,
      severity: "warning",
      title: `${monitor} does not see anything`,
      text: reason,
      labels: { monitor },
      link: null,
    },
  ];
}
