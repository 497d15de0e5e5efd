import { intersectRanges } from "../../engine/base/range.ts";
import type { Addresses, Service } from "../../engine/intents/model.ts";
import { waitingFor } from "../incident/life.ts";
import type { Incident, SymptomFlow } from "../incident/model.ts";
import { flowText } from "../incident/tell.ts";
import { parseAddressRange } from "../inventory/addresses.ts";
import type { Network } from "../inventory/model.ts";
import { parseService } from "../inventory/services.ts";
import type { Playbook } from "./model.ts";

/** A playbook that is for an incident, and what of the incident says so. */
export interface PlaybookMatch {
  readonly playbook: Playbook;
  /** In words; never empty. */
  readonly why: readonly string[];
}

export interface MatchQuestion {
  readonly network: Network;
  readonly incident: Incident;
  /** Devices and monitors that do not see now. */
  readonly blind: readonly string[];
}

/** Playbooks for an incident, the one that knows most of it first. Those for paper are read, and never run. */
export function matchPlaybooks(
  playbooks: readonly Playbook[],
  question: MatchQuestion,
): readonly PlaybookMatch[] {
  return playbooks
    .flatMap((playbook) => {
      const why = playbook.isPaper ? null : whyFor(playbook, question);
      return why === null || why.length === 0 ? [] : [{ playbook, why }];
    })
    .sort((a, b) => b.why.length - a.why.length);
}

/** Null: one of its conditions does not hold. */
function whyFor({ when }: Playbook, question: MatchQuestion): readonly string[] | null {
  const { incident, blind } = question;
  const { causes, flows, symptoms, isBlind } = when;
  const why: string[] = [];
  if (flows.length > 0 || symptoms.length > 0) {
    const felt = [...feltFlows(flows, question), ...feltSymptoms(symptoms, incident)];
    if (felt.length === 0) return null;
    why.push(...felt);
  }
  if (causes.length > 0) {
    const kind = incident.cause?.kind ?? "none";
    if (!causes.includes(kind)) return null;
    why.push(CAUSE_WORDS[kind]);
  }
  if (isBlind) {
    if (blind.length === 0) return null;
    why.push(`not seen: ${blind.join(", ")}`);
  }
  return why;
}

const CAUSE_WORDS = {
  explained: "a rule explains it",
  notByRules: "no difference of a ruleset explains it",
  unclear: "the cause is not decided",
  none: "nobody has asked for the cause yet",
} as const;

/** What hurts now; of an incident that is over, all that hurt. */
function feltIn(incident: Incident) {
  const waiting = waitingFor(incident);
  return waiting.length > 0 ? waiting : incident.symptoms;
}

function feltFlows(
  wanted: readonly SymptomFlow[],
  { network, incident }: MatchQuestion,
): readonly string[] {
  const failing = feltIn(incident).flatMap(({ flows }) => flows);
  return wanted
    .filter((flow) => failing.some((one) => areAlike(network, flow, one)))
    .map((flow) => `${flowText(flow)} fails`);
}

function feltSymptoms(wanted: readonly string[], incident: Incident): readonly string[] {
  return wanted.flatMap((part) => {
    const found = feltIn(incident).find(({ id }) => id.startsWith(part) || id.endsWith(part));
    return found === undefined ? [] : [found.text];
  });
}

/** Whether both speak of some of the same connections. */
function areAlike(network: Network, wanted: SymptomFlow, failing: SymptomFlow): boolean {
  return (
    doMeet(network, wanted.from, failing.from) &&
    doMeet(network, wanted.to, failing.to) &&
    doServe(network, wanted.service, failing.service)
  );
}

function doMeet(network: Network, one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [addressesOf(network, one), addressesOf(network, other)];
  if (a === null || b === null) return false;
  return [...a].some(([family, ranges]) => intersectRanges(ranges, b.get(family) ?? []).length > 0);
}

function addressesOf({ devices, zones, roles }: Network, name: string): Addresses | null {
  const known = roles.get(name) ?? zones.get(name) ?? devices.get(name);
  if (known !== undefined) return known.addresses;
  const found = parseAddressRange(name);
  return found === null ? null : new Map([[found.family, [found.range]]]);
}

function doServe(network: Network, one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [servicesOf(network, one), servicesOf(network, other)];
  return a.some((service) => b.some((another) => haveInCommon(service, another)));
}

function servicesOf({ intents }: Network, name: string): readonly Service[] {
  const named = intents.flatMap(({ services }) => services).find((one) => one.name === name);
  return named?.parts ?? parseService(name) ?? [];
}

function haveInCommon(one: Service, other: Service): boolean {
  switch (one.kind) {
    case "ping":
      return other.kind === "ping";
    case "protocol":
      return other.kind === "protocol" && other.protocol === one.protocol;
    case "ports":
      return (
        other.kind === "ports" &&
        other.protocol === one.protocol &&
        intersectRanges(one.ports, other.ports).length > 0
      );
  }
}
