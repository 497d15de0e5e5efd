import { intersectRanges } from "../../engine/base/range.ts";
import type { Addresses, Service } from "../../engine/intents/model.ts";
import { waitingFor } from "../incident/life.ts";
import type { Incident, IncidentSymptom, SymptomFlow } from "../incident/model.ts";
import { flowText } from "../incident/tell.ts";
import { parseAddressRange } from "../inventory/addresses.ts";
import type { Network } from "../inventory/model.ts";
import { parseService } from "../inventory/services.ts";
import type { Playbook } from "./model.ts";

/** A playbook that is for an incident, and what of the incident says so. */
export interface PlaybookMatch {
  readonly playbook: Playbook;
  /**
   * `promise`: it is for a promise that is proved broken; `symptom`: for what is felt; `general`: for any incident
   * of which as much is known.
   */
  readonly fit: "promise" | "symptom" | "general";
  /** What it is for, in words: promises by name. Empty where it is general. */
  readonly fits: readonly string[];
  /** In words; never empty. */
  readonly why: readonly string[];
}

export interface MatchQuestion {
  readonly network: Network;
  readonly incident: Incident;
  /** Devices and monitors that do not see now. */
  readonly blind: readonly string[];
}

/**
 * Playbooks for an incident, the best first: as the incident itself names what is broken, critical promises before
 * others, then what is felt, then those that speak of no flow. Those for paper are read, and never run.
 */
export function matchPlaybooks(
  playbooks: readonly Playbook[],
  question: MatchQuestion,
): readonly PlaybookMatch[] {
  return playbooks
    .flatMap((playbook) => {
      const known = playbook.isPaper ? null : knownFor(playbook, question);
      return known === null || known.why.length === 0
        ? []
        : [{ match: toMatch(playbook, known), rank: rankOf(known, question) }];
    })
    .sort((a, b) => compareRanks(a.rank, b.rank))
    .map(({ match }) => match);
}

/** Those that nothing of the incident speaks for: people may know better. */
export function otherPlaybooks(
  playbooks: readonly Playbook[],
  matches: readonly PlaybookMatch[],
): readonly Playbook[] {
  const matching = new Set(matches.map(({ playbook }) => playbook.id));
  return playbooks.filter(({ id, isPaper }) => !isPaper && !matching.has(id));
}

/** What of an incident a playbook is for. */
interface Known {
  readonly felt: readonly Felt[];
  readonly why: readonly string[];
}

/** One flow or symptom that a playbook names, and what of the incident it is. */
interface Felt {
  readonly text: string;
  readonly symptoms: readonly IncidentSymptom[];
}

/** Null: one of its conditions does not hold. */
function knownFor({ when }: Playbook, question: MatchQuestion): Known | null {
  const { incident, blind } = question;
  const { causes, flows, symptoms, isBlind } = when;
  const felt = [...feltFlows(flows, question), ...feltSymptoms(symptoms, incident)];
  if (flows.length + symptoms.length > 0 && felt.length === 0) return null;
  const why = felt.map(({ text }) => text);
  if (causes.length > 0) {
    const kind = incident.cause?.kind ?? "none";
    if (!causes.includes(kind)) return null;
    why.push(CAUSE_WORDS[kind]);
  }
  if (isBlind) {
    if (blind.length === 0) return null;
    why.push(`not seen: ${blind.join(", ")}`);
  }
  return { felt, why };
}

function toMatch(playbook: Playbook, { felt, why }: Known): PlaybookMatch {
  const promises = brokenIn(felt).map((id) => `${id} is broken`);
  if (promises.length > 0) return { playbook, fit: "promise", fits: promises, why };
  const fits = felt.map(({ text }) => text);
  return { playbook, fit: fits.length > 0 ? "symptom" : "general", fits, why };
}

function brokenIn(felt: readonly Felt[]): readonly string[] {
  const all = felt.flatMap(({ symptoms }) => symptoms);
  return [...new Set(all.flatMap(({ intent }) => intent?.id ?? []))];
}

/**
 * Smaller is better, the first number that differs decides. Promises stand in the order of the incident, as its title
 * has them; of what is felt it is more of an incident that has more symptoms.
 */
function rankOf({ felt }: Known, { network, incident }: MatchQuestion): readonly number[] {
  const broken = brokenIn(felt);
  const critical = network.intents.filter(({ isCritical }) => isCritical).map(({ id }) => id);
  const hits = new Set(felt.flatMap(({ symptoms }) => symptoms));
  const first = feltIn(incident).findIndex((symptom) =>
    broken.length > 0 ? broken.includes(symptom.intent?.id ?? "") : hits.has(symptom),
  );
  return [
    broken.length > 0 ? 0 : hits.size > 0 ? 1 : 2,
    broken.some((id) => critical.includes(id)) ? 0 : 1,
    ...(broken.length > 0 ? [first, -hits.size] : [-hits.size, first]),
  ];
}

function compareRanks(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((rank, place) => rank !== other[place]);
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
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
): readonly Felt[] {
  return wanted.flatMap((flow) => {
    const symptoms = feltIn(incident).filter(({ flows }) =>
      flows.some((failing) => areAlike(network, flow, failing)),
    );
    return symptoms.length === 0 ? [] : [{ text: `${flowText(flow)} fails`, symptoms }];
  });
}

function feltSymptoms(wanted: readonly string[], incident: Incident): readonly Felt[] {
  return wanted.flatMap((part) => {
    const symptoms = feltIn(incident).filter(({ id }) => id.startsWith(part) || id.endsWith(part));
    const [first] = symptoms;
    return first === undefined ? [] : [{ text: first.text, symptoms }];
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
