import type { Addresses, End } from "../../engine/intents/model.ts";
import type { Path } from "../../engine/packet/packet.ts";
import { parseAddressRange } from "./addresses.ts";
import { isEmpty, union, without } from "./addressSets.ts";
import type { Network } from "./model.ts";
import { locate, type PlanProblem } from "./places.ts";

/** The device that a matrix is about, as the network file knows it. */
export interface MatrixPlace {
  readonly network: Network;
  readonly device: string;
  readonly path: Path;
}

type Side = "from" | "to";

/** Hosts of one side as a list of networks and names says; a text says what is wrong with it. */
export function namedEnds(
  text: string,
  side: Side,
  place: MatrixPlace | null,
): readonly End[] | string {
  const ends: End[] = [];
  for (const word of text.split(",").map((one) => one.trim())) {
    const literal = parseAddressRange(word);
    if (literal !== null) {
      ends.push({ addresses: new Map([[literal.family, [literal.range]]]), interfaces: null });
      continue;
    }
    const found = place === null ? null : namedEnd(word, side, place);
    if (found === null || found.length === 0) return word;
    ends.push(...found);
  }
  return ends;
}

function namedEnd(word: string, side: Side, place: MatrixPlace): readonly End[] {
  const problems: PlanProblem[] = [];
  return locate(place.network, word, problems)
    .places.filter((one) => one.device === place.device)
    .filter((one) => (one.zone === null) === isDevice(side, place.path))
    .map(({ end }) => end);
}

/**
 * Who there is on one side: hosts of the device's zones, or the device itself. Through the device one goes to those of its
 * own addresses as well that lie in no zone: NAT may send on what comes for them. Null: the file does not say.
 */
export function knownEnds(
  side: Side,
  { network, device, path }: MatrixPlace,
): readonly End[] | null {
  const addresses: Addresses = network.devices.get(device)?.addresses ?? new Map();
  const zones = [...network.zones.values()].filter((zone) => zone.device === device);
  const behind = zones.map((zone) => ({ addresses: zone.addresses, interfaces: zone.interfaces }));
  if (isDevice(side, path)) return isEmpty(addresses) ? null : [{ addresses, interfaces: null }];
  if (behind.length === 0) return null;
  const outside = without(
    addresses,
    zones.map((zone) => zone.addresses),
  );
  const isAlone = side === "from" || path !== "forward" || isEmpty(outside);
  return isAlone ? behind : [...behind, { addresses: outside, interfaces: null }];
}

function isDevice(side: Side, path: Path): boolean {
  return (side === "from" && path === "output") || (side === "to" && path === "input");
}

/** Names of the network file for addresses. */
export function networkNames({ zones, roles }: Network): readonly (readonly [string, Addresses])[] {
  return [...zones.values(), ...roles.values()].map(({ name, addresses }) => [
    name,
    union([addresses]),
  ]);
}
