import type { Alerts } from "../operations/alert/service.ts";
import type { ApplyNews } from "../operations/apply/options.ts";
import type { AuditEvent, WatchState } from "../operations/audit/model.ts";
import type { Audit } from "../operations/audit/service.ts";
import type { ChangeEvent } from "../operations/change/service.ts";
import type { Escalations } from "../operations/escalation/service.ts";
import { titleOf } from "../operations/incident/life.ts";
import type { RevertNews } from "../operations/incident/revertDrift.ts";
import type { Incidents } from "../operations/incident/service.ts";
import type { Inventory } from "../operations/inventory/service.ts";
import type { MonitorEvent } from "../operations/monitor/model.ts";
import type { Monitors } from "../operations/monitor/service.ts";
import type { Probes } from "../operations/probe/service.ts";
import type { Reviews } from "../operations/review/service.ts";
import type { Channel } from "../platform/channel.ts";
import type { Clock } from "../platform/clock.ts";
import type { Feed, News } from "./events.ts";

interface Sources {
  readonly changeEvents: Channel<ChangeEvent>;
  readonly reviews: Pick<Reviews, "events">;
  readonly applyNews: Channel<ApplyNews>;
  readonly revertNews: Channel<RevertNews>;
  readonly audit: Pick<Audit, "events">;
  readonly incidents: Pick<Incidents, "events">;
  readonly inventory: Pick<Inventory, "events">;
  readonly probes: Pick<Probes, "changes">;
  readonly monitors: Pick<Monitors, "events">;
  readonly alerts: Pick<Alerts, "events">;
  readonly escalations: Pick<Escalations, "events">;
}

/** Tells what happens in the parts, in words that a person reads at once. */
export function tellNews(feed: Feed, clock: Clock, sources: Sources): void {
  const tell = (news: Omit<News, "atMs">, atMs = clock()) => feed.publish({ ...news, atMs });
  sources.changeEvents.subscribe(({ kind, changeId, device, by, isAlone }) =>
    tell({
      topic: "change",
      subject: `change/${changeId}`,
      kind,
      text: `change ${changeId} of ${device}: ${kind.replace("change.", "")} by ${by}${isAlone ? ", who wrote it (not four eyes)" : ""}`,
    }),
  );
  sources.reviews.events.subscribe(({ change, by, resolved }) =>
    tell({
      topic: "change",
      subject: `change/${change}`,
      kind: "comment",
      text: `change ${change}: ${resolved === null ? `${by} says something` : `${resolved.by} resolves a comment`}`,
    }),
  );
  sources.applyNews.subscribe((news) =>
    tell(
      { topic: "apply", subject: `apply/${news.applyId}`, kind: news.kind, text: applyText(news) },
      news.atMs,
    ),
  );
  sources.revertNews.subscribe(({ device, login, atMs, state }) =>
    tell(
      {
        topic: "revert",
        subject: `device/${device}`,
        kind: state.kind,
        text: `revert on ${device} by ${login}: ${state.kind}`,
      },
      atMs,
    ),
  );
  sources.audit.events.subscribe((event) => tell(auditNews(event)));
  sources.incidents.events.subscribe(({ kind, incident }) =>
    tell({
      topic: "incident",
      subject: `incident/${incident.id}`,
      kind,
      text: `incident ${incident.id} ${INCIDENT_WORDS[kind]}: ${titleOf(incident)}`,
    }),
  );
  sources.inventory.events.subscribe((event) => {
    if (event.kind !== "baselineAdopted") return;
    const { device, login } = event.baseline;
    const text = `${login} adopted what runs on ${device} as its baseline`;
    tell({ topic: "device", subject: `device/${device}`, kind: event.kind, text });
  });
  sources.monitors.events.subscribe((event) => {
    const news = monitorNews(event);
    if (news !== null) tell(news);
  });
  sources.alerts.events.subscribe(({ kind, alert: { id, title } }) =>
    tell({ topic: "alert", subject: `alert/${id}`, kind, text: `alert ${id} ${kind}: ${title}` }),
  );
  sources.escalations.events.subscribe(({ escalation, note: { kind, actor, text } }) =>
    tell({
      topic: "escalation",
      subject: escalation.subject,
      kind,
      text: `${escalation.subject}: ${kind} by ${actor}: ${text}`,
    }),
  );
  sources.probes.changes.subscribe(({ result }) => {
    const { monitor, outcome, reason } = result;
    const text = `probe ${monitor}: ${outcome}${reason === null ? "" : `, ${reason}`}`;
    tell({ topic: "probe", subject: `probe/${monitor}`, kind: outcome, text });
  });
}

function monitorNews(event: MonitorEvent): Omit<News, "atMs"> | null {
  switch (event.kind) {
    case "began":
    case "grew":
    case "ended": {
      const { id, text } = event.symptom;
      const words = event.kind === "ended" ? `over: ${text}` : text;
      return { topic: "symptom", subject: `symptom/${id}`, kind: event.kind, text: words };
    }
    case "blind":
    case "seeing": {
      const { monitor, reason, kind } = event;
      return {
        topic: "monitor",
        subject: `monitor/${monitor}`,
        kind,
        text: `${monitor}: ${reason}`,
      };
    }
    case "well":
      return null;
  }
}

const INCIDENT_WORDS = {
  opened: "opened",
  changed: "changed",
  causeFound: "has a cause",
  undone: "is undone",
  recovered: "is over",
  closed: "closed",
} as const;

function applyText(news: ApplyNews): string {
  const what = `apply ${news.applyId} on ${news.device}`;
  switch (news.kind) {
    case "state":
      return `${what}: ${news.state.kind}`;
    case "checked":
      return `${what}: checks ${news.passed ? "passed" : "failed"}`;
    case "heard":
      return news.why === null
        ? `${what}: the device answers again`
        : `${what}: the device does not answer, ${news.why}`;
    case "commandFailed":
      return `${what}: ${news.why}`;
    case "over":
      return `${what}: over, ${news.state.kind}`;
  }
}

function auditNews(event: AuditEvent): Omit<News, "atMs"> {
  if (event.kind === "difference") {
    const { device, meaning, broken, id } = event.difference;
    const what = broken.length === 0 ? meaning : `breaks ${broken.join(", ")}`;
    const text = `the ruleset of ${device} changed (difference ${id}): ${what}`;
    return { topic: "difference", subject: `device/${device}`, kind: meaning, text };
  }
  const { device, state } = event;
  const text = `${device}: ${watchText(state)}`;
  return { topic: "device", subject: `device/${device}`, kind: state.kind, text };
}

function watchText(state: WatchState): string {
  switch (state.kind) {
    case "noBaseline":
      return "nobody has adopted a baseline yet";
    case "blind":
      return `not seen: ${state.reason}`;
    case "watching":
      return state.drift.isDrift ? `runs another ruleset than approved` : "runs what was approved";
  }
}
