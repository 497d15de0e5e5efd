import type { Range } from "../../engine/base/range.ts";
import type { Device, Table } from "../../engine/device/device.ts";
import type { Expression, SetReference } from "../../engine/device/expression.ts";
import type { SetElement } from "../../engine/device/set.ts";
import type { Statement } from "../../engine/device/statement.ts";
import type { IpFamily } from "../../engine/packet/packet.ts";

/** What one rule asks of packets: at the edges of it people are wrong. Empty: it does not ask. */
export interface Aim {
  readonly family: IpFamily | null;
  readonly sources: readonly Range[];
  readonly destinations: readonly Range[];
  readonly ports: readonly Range[];
  /** Numbers of protocols. */
  readonly protocols: readonly number[];
}

/** Elements of one set that are looked at: of a list of thousands the first are as good as the last. */
const MAXIMUM_ELEMENTS = 200;
const TCP = 6;
const UDP = 17;
const ADDRESSES = {
  "ip saddr": ["ip", "sources"],
  "ip daddr": ["ip", "destinations"],
  "ip6 saddr": ["ip6", "sources"],
  "ip6 daddr": ["ip6", "destinations"],
} as const;
const PORTS: Readonly<Record<string, readonly number[]>> = {
  "tcp dport": [TCP],
  "udp dport": [UDP],
  "th dport": [],
};
const PROTOCOLS: readonly string[] = ["meta l4proto", "ip protocol", "ip6 nexthdr"];

/** The rules of all tables that see packets of IP, each as what it asks for. Those that ask nothing are left out. */
export function aimsOf(device: Device): readonly Aim[] {
  return device.tables
    .filter(({ family, dormant }) => !dormant && ["ip", "ip6", "inet"].includes(family))
    .flatMap((table) =>
      table.chains.flatMap(({ rules }) =>
        rules.map(({ statements }) =>
          aimOf(statements.flatMap((statement) => readingsOf(device, table, statement))),
        ),
      ),
    )
    .filter(asksSomething);
}

/** One selector, and the values that it is compared with. */
interface Reading {
  readonly id: string;
  readonly ranges: readonly Range[];
}

function readingsOf(device: Device, table: Table, statement: Statement): readonly Reading[] {
  switch (statement.kind) {
    case "match": {
      const { left, test } = statement;
      if (test.kind === "set") return readingsOfSet(left, elementsOf(device, table, test.set));
      return left.kind === "selector" ? [{ id: left.id, ranges: test.ranges }] : [];
    }
    case "verdictMap":
      return readingsOfSet(statement.key, elementsOf(device, table, statement.map));
    default:
      return [];
  }
}

function elementsOf(device: Device, table: Table, set: SetReference): readonly SetElement[] {
  switch (set.kind) {
    case "anonymous":
      return set.elements;
    case "named":
      return table.sets.find(({ name }) => name === set.name)?.elements ?? [];
    case "ipset":
      return device.ipsets.get(set.name)?.elements ?? [];
  }
}

function readingsOfSet(key: Expression, elements: readonly SetElement[]): readonly Reading[] {
  const parts = key.kind === "concatenation" ? key.parts : [key];
  const some = elements.slice(0, MAXIMUM_ELEMENTS);
  return parts.flatMap((part, index) =>
    part.kind === "selector"
      ? [{ id: part.id, ranges: some.flatMap((element) => element.key[index] ?? []) }]
      : [],
  );
}

function aimOf(readings: readonly Reading[]): Aim {
  let aim: Aim = { family: null, sources: [], destinations: [], ports: [], protocols: [] };
  for (const { id, ranges } of readings) {
    const ports = PORTS[id];
    if (ports !== undefined)
      aim = { ...aim, ports: ranges, protocols: [...aim.protocols, ...ports] };
    else if (PROTOCOLS.includes(id)) {
      const numbers = ranges.filter(({ from, to }) => from === to).map(({ from }) => Number(from));
      aim = { ...aim, protocols: [...aim.protocols, ...numbers] };
    } else if (isAddress(id)) {
      const [family, end] = ADDRESSES[id];
      aim = { ...aim, family, [end]: ranges };
    }
  }
  return aim;
}

function isAddress(id: string): id is keyof typeof ADDRESSES {
  return Object.hasOwn(ADDRESSES, id);
}

function asksSomething({ sources, destinations, ports }: Aim): boolean {
  return sources.length + destinations.length + ports.length > 0;
}
