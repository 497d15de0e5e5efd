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
  const proposals = new Map<string, ProposedIntent>();
  for (const { flows, text, intent } of incident.symptoms)
    for (const flow of intent === null ? flows : []) {
      if (isCovered(network, [flow], promised)) continue;
      const [from, to] = [endOf(network, flow.from), endOf(network, flow.to)];
      const way = `${from.name} ${to.name}`;
      const earlier = proposals.get(way)?.flows ?? [];
      if (earlier.some(({ service }) => service === flow.service)) continue;
      const reason = `it failed in incident ${incident.id}: ${text}`;
      proposals.set(way, proposalOf(from, to, [...earlier, flow], reason));
    }
  return [...proposals.values()];
}

function proposalOf(
  from: End,
  to: End,
  flows: readonly SymptomFlow[],
  reason: string,
): ProposedIntent {
  const services = flows.map(({ service }) => service);
  const id = `${from.name}-to-${to.name}-${services.join("-")}`
    .replace(/[^a-z0-9]+/gi, "-")
    .toLowerCase();
  const roles = new Map(
    [from, to].flatMap(({ name, role }) => (role === null ? [] : [[name, role]])),
  );
  const [only, another] = services;
  const service = another === undefined ? (only ?? "") : `[${services.join(", ")}]`;
  return { id, flows, yaml: yamlOf(id, from.name, to.name, service, reason), roles };
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
    `  ${id}:`,
    `    from: ${from}`,
    `    to: ${to}`,
    `    service: ${service}`,
    `    reason: ${JSON.stringify(reason)}`,
    "    critical: true",
  ].join("\n");
}

/** In a sentence. */
export function proposalText({ flows, id }: ProposedIntent): string {
  return `Promise ${flows.map(flowText).join(" and ")} in premortem.yaml as intent ${id}`;
}
