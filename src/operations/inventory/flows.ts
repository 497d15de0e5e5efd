import type { Addresses, FlowPattern, Intent } from "../../engine/intents/model.ts";
import { isEmpty, shareFamily, union, within, without } from "./addressSets.ts";
import type { Network, NetworkIntent } from "./model.ts";
import { type Located, locate, type Place, type PlanProblem } from "./places.ts";

/** An intent in the words of the engine: what each device has to do for it. */
export interface PlannedIntent {
  readonly intent: NetworkIntent;
  /** By name of the device; empty where none stands in between. */
  readonly byDevice: ReadonlyMap<string, Intent>;
  readonly problems: readonly PlanProblem[];
}

/** What one device has to do. */
interface DeviceFlow {
  readonly device: string;
  readonly pattern: FlowPattern;
}

/** What an intent asks of each device that stands between its ends, and of those that are an end. */
export function planIntent(network: Network, intent: NetworkIntent): PlannedIntent {
  const problems: PlanProblem[] = [];
  const from = locate(network, intent.from, problems);
  const to = locate(network, intent.to, problems);
  const pairs = from.places.flatMap((source) =>
    to.places.flatMap((target) => pairOf(intent, source, target)),
  );
  const between = pairs.filter(({ pattern }) =>
    shareFamily(pattern.from.addresses, pattern.to.addresses),
  );
  if (from.places.length > 0 && to.places.length > 0 && between.length === 0)
    problems.push(pairs.length > 0 ? noFamily(intent) : noDevice(intent));
  else if (hasFlowsBeside(from, to, between)) problems.push(notAll(intent));
  /* Of what shall be blocked it is enough that one device blocks it: an end has to do nothing for it. */
  const ends = intent.kind === "reachable" ? endsOf(network, intent, from, to) : [];
  return { intent, byDevice: byDevice(intent, [...between, ...ends]), problems };
}

function byDevice({ kind }: NetworkIntent, all: readonly DeviceFlow[]): PlannedIntent["byDevice"] {
  const flows = new Map<string, FlowPattern[]>();
  for (const { device, pattern } of all) {
    const own = flows.get(device) ?? [];
    own.push(pattern);
    flows.set(device, own);
  }
  return new Map([...flows].map(([name, own]) => [name, { kind, flows: own }]));
}

function noDevice({ from, to }: NetworkIntent): PlanProblem {
  return {
    code: "PM5008",
    message: `no device stands between \`${from}\` and \`${to}\``,
    help: "name ends in different zones of one device",
  };
}

function notAll({ from, to }: NetworkIntent): PlanProblem {
  return {
    code: "PM5008",
    message: `no device stands between some hosts of \`${from}\` and some of \`${to}\``,
    help: "give those behind another device an intent of their own, with ends in zones of that one",
  };
}

function noFamily({ from, to }: NetworkIntent): PlanProblem {
  return {
    code: "PM5010",
    message: `\`${from}\` and \`${to}\` have no family of addresses in common`,
    help: "give both ends addresses of IPv4 or of IPv6",
  };
}

/** What a device has to do that has zones for both places, or for one and is the other. */
function pairOf(intent: NetworkIntent, source: Place, target: Place): readonly DeviceFlow[] {
  const path = pathBetween(source, target);
  if (path === null) return [];
  const services = servicesOf(intent);
  const pattern = { path, from: source.end, to: target.end, services };
  return [{ device: source.device, pattern }];
}

/** Whether hosts of both ends have a flow that no device is asked for, other than to those beside them. */
function hasFlowsBeside(from: Located, to: Located, judged: readonly DeviceFlow[]): boolean {
  const neighbours = from.places.flatMap((source) =>
    to.places
      .filter(({ device, zone }) => device === source.device && zone === source.zone)
      .map((target) => ({ from: source.end, to: target.end })),
  );
  const known = [...judged.map(({ pattern }) => pattern), ...neighbours];
  let rest = [{ from: placed(from), to: placed(to) }];
  for (const { from: source, to: target } of known)
    rest = rest
      .flatMap((one) => [
        { from: without(one.from, [source.addresses]), to: one.to },
        {
          from: within(one.from, source.addresses),
          to: without(one.to, [target.addresses]),
        },
      ])
      .filter((one) => shareFamily(one.from, one.to));
  return rest.some((one) => shareFamily(one.from, one.to));
}

/** Those that lie somewhere; of the others it is told already. */
function placed({ places }: Located): Addresses {
  return union(places.map(({ end }) => end.addresses));
}

function pathBetween(from: Place, to: Place): FlowPattern["path"] | null {
  if (from.device !== to.device || from.zone === to.zone) return null;
  if (to.zone === null) return "input";
  return from.zone === null ? "output" : "forward";
}

/**
 * A device that is an end sends to, or takes from, all of the other end, whoever stands in between: its own
 * rules may cut that. Which of its interfaces leads there nobody has said, except by zones of its own.
 */
function endsOf(
  network: Network,
  intent: NetworkIntent,
  from: Located,
  to: Located,
): readonly DeviceFlow[] {
  const services = servicesOf(intent);
  const farOf = (device: string, { hosts, places }: Located) => {
    const zones = places.filter((place) => place.device === device && place.zone !== null);
    const own = network.devices.get(device)?.addresses ?? new Map();
    const known = [own, ...zones.map(({ end }) => end.addresses)];
    return { addresses: without(hosts, known), interfaces: "unknown" } as const;
  };
  const itselfIn = ({ places }: Located) => places.filter(({ zone }) => zone === null);
  const sending = itselfIn(from).map(({ device, end }) => {
    const path = "output" as const;
    return { device, pattern: { path, from: end, to: farOf(device, to), services } };
  });
  const taking = itselfIn(to).map(({ device, end }) => {
    const path = "input" as const;
    return { device, pattern: { path, from: farOf(device, from), to: end, services } };
  });
  return [...sending, ...taking].filter(
    ({ pattern }) =>
      !isEmpty(pattern.from.addresses) && shareFamily(pattern.from.addresses, pattern.to.addresses),
  );
}

function servicesOf({ services }: NetworkIntent): FlowPattern["services"] {
  return services.flatMap(({ parts }) => parts);
}
