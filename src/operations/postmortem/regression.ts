import { intersectRanges } from "../../engine/base/range.ts";
import type { Addresses } from "../../engine/intents/model.ts";
import type { IpFamily } from "../../engine/packet/packet.ts";
import type { Incident, SymptomFlow } from "../incident/model.ts";
import { flowText } from "../incident/tell.ts";
import { parseAddressRange } from "../inventory/addresses.ts";
import type { Network } from "../inventory/model.ts";
import { parseService } from "../inventory/services.ts";

/** A promise that would have told of an incident before it shipped. */
export interface ProposedIntent {
  readonly id: string;
  readonly flow: SymptomFlow;
  /** Lines for `premortem.yaml`, under `intents:`. */
  readonly yaml: string;
  /** Roles that it needs and that are not there yet, by name; lines under `roles:`. */
  readonly roles: ReadonlyMap<string, string>;
}

/** What failed, and is promised by no intent: each becomes a check that cannot be skipped. */
export function proposeIntents(network: Network, incident: Incident): readonly ProposedIntent[] {
  const proposals = new Map<string, ProposedIntent>();
  for (const { flows, text, intent } of incident.symptoms)
    for (const flow of intent === null ? flows : []) {
      const proposal = propose(network, flow, `it failed in incident ${incident.id}: ${text}`);
      if (proposal !== null) proposals.set(proposal.id, proposal);
    }
  return [...proposals.values()];
}

/** Null: an intent promises it already. */
function propose(network: Network, flow: SymptomFlow, reason: string): ProposedIntent | null {
  const from = endOf(network, flow.from);
  const to = endOf(network, flow.to);
  const isPromised = network.intents.some(
    (intent) =>
      intent.kind === "reachable" &&
      from.names.includes(intent.from) &&
      to.names.includes(intent.to) &&
      intent.services.some(({ name }) => sameService(name, flow.service)),
  );
  if (isPromised) return null;
  const id = `${from.name}-to-${to.name}-${flow.service}`
    .replace(/[^a-z0-9]+/gi, "-")
    .toLowerCase();
  const roles = new Map(
    [from, to].flatMap(({ name, role }) => (role === null ? [] : [[name, role]])),
  );
  return { id, flow, yaml: yamlOf(id, from.name, to.name, flow, reason), roles };
}

interface End {
  /** Names of the network file that hold it, narrowest first. */
  readonly names: readonly string[];
  /** The name that an intent is written for. */
  readonly name: string;
  /** What a role of that name would hold; null: it is there. */
  readonly role: string | null;
}

const FAMILIES: readonly IpFamily[] = ["ip", "ip6"];

function endOf(network: Network, text: string): End {
  const found = parseAddressRange(text);
  if (found === null) return { names: [text], name: text, role: null };
  const holds = (addresses: Addresses) =>
    intersectRanges(addresses.get(found.family) ?? [], [found.range]).some(
      ({ from, to }) => from === found.range.from && to === found.range.to,
    );
  const held = [...network.roles.values(), ...network.devices.values(), ...network.zones.values()]
    .filter(({ addresses }) => holds(addresses))
    .sort((a, b) => sizeOf(a.addresses) - sizeOf(b.addresses))
    .map(({ name }) => name);
  const [name] = held;
  return name === undefined
    ? { names: [], name: `host-${text.replace(/[^0-9a-f]+/gi, "-")}`, role: text }
    : { names: held, name, role: null };
}

function sizeOf(addresses: Addresses): number {
  const ranges = FAMILIES.flatMap((family) => addresses.get(family) ?? []);
  return ranges.reduce((sum, { from, to }) => sum + Number(to - from + 1n), 0);
}

/** `smtp` and `tcp/25` are the same, in other words. */
function sameService(one: string, other: string): boolean {
  const words = (name: string) =>
    JSON.stringify(parseService(name), (_, value) =>
      typeof value === "bigint" ? String(value) : value,
    );
  return one === other || (parseService(one) !== null && words(one) === words(other));
}

function yamlOf(id: string, from: string, to: string, flow: SymptomFlow, reason: string): string {
  return [
    `  ${id}:`,
    `    from: ${from}`,
    `    to: ${to}`,
    `    service: ${flow.service}`,
    `    reason: ${JSON.stringify(reason)}`,
    "    critical: true",
  ].join("\n");
}

/** In a sentence. */
export function proposalText({ flow, id }: ProposedIntent): string {
  return `Promise ${flowText(flow)} in premortem.yaml as intent ${id}`;
}
