import { stringify } from "yaml";
import { intersectRanges } from "../../engine/base/range.ts";
import type { Addresses } from "../../engine/intents/model.ts";
import type { IpFamily } from "../../engine/packet/packet.ts";
import type { Incident, SymptomFlow } from "../incident/model.ts";
import { flowText } from "../incident/tell.ts";
import { parseAddressRange } from "../inventory/addresses.ts";
import { isCovered } from "../inventory/covered.ts";
import type { Network } from "../inventory/model.ts";

/** A promise that would have told of an incident before it shipped. */
export interface ProposedIntent {
  readonly id: string;
  /** What it promises: from one end to another, each with a service of its own. */
  readonly flows: readonly SymptomFlow[];
  /** Lines for `premortem.yaml`, under `intents:`. */
  readonly yaml: string;
  /** Roles that it needs and that are not there yet, by name; lines under `roles:`. */
  readonly roles: ReadonlyMap<string, string>;
}

/** What failed, and is promised by no intent: each becomes a check that cannot be skipped. */
export function proposeIntents(network: Network, incident: Incident): readonly ProposedIntent[] {
  const promised = network.intents.flatMap(({ id, kind }) => (kind === "reachable" ? id : []));
  const ways = new Map<string, Way>();
  for (const { flows, text, intent } of incident.symptoms)
    for (const flow of intent === null ? flows : []) {
      if (isCovered(network, [flow], promised)) continue;
      const [from, to] = [endOf(network, flow.from), endOf(network, flow.to)];
      const key = JSON.stringify([from.name, to.name]);
      const earlier = ways.get(key)?.flows ?? [];
      if (earlier.some(({ service }) => service === flow.service)) continue;
      const reason = `it failed in incident ${incident.id}: ${text}`;
      ways.set(key, { from, to, flows: [...earlier, flow], reason });
    }
  const taken = new Set(network.intents.map(({ id }) => id));
  return [...ways.values()].map((way) => proposalOf(way, taken));
}

/** What failed from one end to another. */
interface Way {
  readonly from: End;
  readonly to: End;
  readonly flows: readonly SymptomFlow[];
  readonly reason: string;
}

function proposalOf({ from, to, flows, reason }: Way, taken: Set<string>): ProposedIntent {
  const services = flows.map(({ service }) => service);
  const id = freeId(`${from.name}-to-${to.name}-${services.join("-")}`, taken);
  const roles = new Map(
    [from, to].flatMap(({ name, role }) => (role === null ? [] : [[name, role]])),
  );
  const [only, another] = services;
  const service =
    another === undefined ? scalar(only ?? "") : `[${services.map(itemOf).join(", ")}]`;
  return { id, flows, yaml: yamlOf(id, from.name, to.name, service, reason), roles };
}

/** Letters and digits of any script; two names that differ in other signs alone get a number. */
function freeId(words: string, taken: Set<string>): string {
  const id = words
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "")
    .toLowerCase();
  let free = id;
  for (let number = 2; taken.has(free); number++) free = `${id}-${number}`;
  taken.add(free);
  return free;
}

interface End {
  /** The narrowest name of the network file that holds it, or a new one: the intent is written for it. */
  readonly name: string;
  /** What a role of that name would hold; null: it is there. */
  readonly role: string | null;
}

const FAMILIES: readonly IpFamily[] = ["ip", "ip6"];

function endOf(network: Network, text: string): End {
  const found = parseAddressRange(text);
  if (found === null) return { name: text, role: null };
  const holds = (addresses: Addresses) =>
    intersectRanges(addresses.get(found.family) ?? [], [found.range]).some(
      ({ from, to }) => from === found.range.from && to === found.range.to,
    );
  const [held] = [...network.roles.values(), ...network.devices.values(), ...network.zones.values()]
    .filter(({ addresses }) => holds(addresses))
    .sort((a, b) => sizeOf(a.addresses) - sizeOf(b.addresses));
  return held === undefined
    ? { name: `host-${text.replace(/[^0-9a-f]+/gi, "-")}`, role: text }
    : { name: held.name, role: null };
}

function sizeOf(addresses: Addresses): number {
  const ranges = FAMILIES.flatMap((family) => addresses.get(family) ?? []);
  return ranges.reduce((sum, { from, to }) => sum + Number(to - from + 1n), 0);
}

function yamlOf(id: string, from: string, to: string, service: string, reason: string): string {
  return [
    `  ${scalar(id)}:`,
    `    from: ${scalar(from)}`,
    `    to: ${scalar(to)}`,
    `    service: ${service}`,
    `    reason: ${JSON.stringify(reason)}`,
    "    critical: true",
  ].join("\n");
}

/** As YAML writes a text: in quotes where it would be a number, a list or a comment without. */
function scalar(text: string): string {
  return stringify(text, { lineWidth: 0, blockQuote: false }).trimEnd();
}

/** The same within brackets, where a comma ends it. */
function itemOf(text: string): string {
  return /[,[\]{}]/.test(text) ? JSON.stringify(text) : scalar(text);
}

/** In a sentence. */
export function proposalText({ flows, id }: ProposedIntent): string {
  return `Promise ${flows.map(flowText).join(" and ")} in premortem.yaml as intent ${id}`;
}
