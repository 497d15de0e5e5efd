import type { Service } from "../../engine/intents/model.ts";
import type { Alert } from "../alert/model.ts";
import { titleOf, waitingFor } from "../incident/life.ts";
import type { Incident } from "../incident/model.ts";
import type { EscalationKind } from "../inventory/onCall.ts";
import { parseService } from "../inventory/services.ts";
import type { InHand, Subject } from "./model.ts";

/** What somebody has to come for: incidents of which something is left, and what premortem does not see. */
export function subjectsOf(
  incidents: readonly Incident[],
  alerts: readonly Pick<Alert, "key" | "title" | "text" | "acknowledged">[],
): readonly Subject[] {
  const inHand = new Map(alerts.map(({ key, acknowledged }) => [key, acknowledged]));
  return [
    ...incidents
      .filter((one) => one.status !== "closed" && one.recoveredMs === null)
      .map((one) => ofIncident(one, inHand.get(`incident/${one.id}`) ?? null)),
    ...alerts
      .filter(({ key }) => key.startsWith("blind/"))
      .map(
        ({ key, title, text, acknowledged }): Subject => ({
          key,
          incident: null,
          kinds: ["blind"],
          title,
          text,
          inHand: acknowledged,
        }),
      ),
  ];
}

function ofIncident(incident: Incident, inHand: InHand | null): Subject {
  const { id, cause } = incident;
  const isRule = cause?.kind === "explained" && !cause.isTakenBack;
  return {
    key: `incident/${id}`,
    incident: id,
    kinds: [...(isRule ? (["rule"] as const) : []), ...hurtKinds(incident), "any"],
    title: `incident ${id}: ${titleOf(incident)}`,
    text: waitingFor(incident)
      .map(({ text }) => text)
      .join("\n"),
    inHand,
  };
}

/** Ports of TCP and UDP by what stops with them, the most telling first. */
const PORTS: readonly (readonly [EscalationKind, readonly number[]])[] = [
  ["database", [1433, 1521, 3306, 5432, 6379, 27017]],
  ["names", [53, 853]],
  ["mail", [25, 110, 143, 465, 587, 993, 995, 2525, 4190]],
];

function hurtKinds(incident: Incident): readonly EscalationKind[] {
  const services = waitingFor(incident)
    .flatMap(({ flows }) => flows)
    .flatMap(({ service }) => parseService(service) ?? []);
  return PORTS.flatMap(([kind, ports]) =>
    services.some((service) => isOnOneOf(service, ports)) ? [kind] : [],
  );
}

/** A range of ports is no one thing. */
function isOnOneOf(service: Service, ports: readonly number[]): boolean {
  return (
    service.kind === "ports" &&
    service.ports.every(({ from, to }) => from === to && ports.includes(Number(from)))
  );
}
