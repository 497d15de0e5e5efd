import { HELP_DESK } from "../networkFile.ts";
import { type Incident, incidentsSince } from "./incidents.ts";
import type { Heard, LabServer } from "./server.ts";
import type { HelpDesk } from "./tickets.ts";

/** What users said of an outage, and what premortem made of it. Times are milliseconds since the rule. */
export interface Complaints {
  /** Tickets that were sent, and those of them that were not taken. */
  readonly sent: number;
  readonly notTaken: number;
  /** Null: nobody complained. */
  readonly firstMs: number | null;
  /** More came than usual. */
  readonly surgeMs: number | null;
  /** What the incident says of it; null: it says nothing. */
  readonly told: string | null;
  /** Incidents that were opened since, and pages that woke somebody. */
  readonly incidents: number;
  readonly pages: number;
}

const SURGE = `${HELP_DESK}/surge`;
/** So many within a minute are a surge, however few tests share the rate of false alarms. */
const SURGE_AT_MOST = 8;

/** That more complain than usual. */
export function isSurge({ subject, kind }: Heard): boolean {
  return subject === `symptom/${SURGE}` && kind === "began";
}

export async function complaintsSince(
  desk: HelpDesk,
  server: LabServer,
  ruleMs: number,
  incident: Incident | null,
): Promise<Complaints> {
  const tickets = desk.tickets();
  const heard = server.heard().filter(({ heardMs }) => heardMs >= ruleMs);
  const surge = heard.find(isSurge);
  const isPage = /^alert \d+ raised: incident /;
  return {
    sent: tickets.length,
    notTaken: tickets.filter(({ status }) => status !== 200).length,
    firstMs:
      tickets.length === 0 ? null : Math.min(...tickets.map(({ sentMs }) => sentMs)) - ruleMs,
    surgeMs: surge === undefined ? null : surge.heardMs - ruleMs,
    told: incident?.symptoms.find(({ id }) => id === SURGE)?.text ?? null,
    incidents: (await incidentsSince(server, ruleMs)).length,
    pages: heard.filter(({ topic, text }) => topic === "alert" && isPage.test(text)).length,
  };
}

/** What should have been otherwise; `knownMs` is when the cause was told. */
export function complaintProblems(
  { sent, notTaken, firstMs, surgeMs, told, incidents, pages }: Complaints,
  knownMs: number | null,
): readonly string[] {
  const isFirst = firstMs !== null && (knownMs === null || firstMs < knownMs);
  return [
    ...(notTaken === 0 ? [] : [`${notTaken} complaints were not taken`]),
    ...(isFirst ? ["somebody complained before the cause was told"] : []),
    ...(sent >= SURGE_AT_MOST && surgeMs === null ? [`${sent} complaints are no surge`] : []),
    ...(surgeMs !== null && told === null ? ["complaints did not join the incident"] : []),
    ...(incidents === 1 ? [] : [`${incidents} incidents were opened instead of one`]),
    ...(pages === 1 ? [] : [`${pages} pages were sent instead of one`]),
  ];
}
