import { tableName } from "../compile/index.ts";
import type { Chain, Device, Table } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";

/*
 * What no path of IP shows: chains at the edge of devices, and tables of bridges, ARP and netdev. What they take
 * away never comes to a chain that is judged.
 */

/** Why nothing that shall pass is proved to, in words; empty where nothing is taken away beyond the paths. */
export function takenBeyond(device: Device): readonly string[] {
  return device.tables.flatMap((table) =>
    beyondChains(table)
      .filter(takes)
      .map(
        (chain) =>
          `chain ${chain.name} of table ${tableName(device, table)} may take packets away where nothing is judged`,
      ),
  );
}

const PATHS = /^(ip|ip6|inet)$/;

function beyondChains({ family, chains }: Table): readonly Chain[] {
  if (!PATHS.test(family)) return chains;
  return chains.filter(({ base }) => base?.hook === "ingress" || base?.hook === "egress");
}

function takes({ base, rules }: Chain): boolean {
  return base?.policy === "drop" || rules.some(({ statements }) => statements.some(mayTake));
}

/** Jumps count: where they lead is not looked at. */
function mayTake(statement: Statement): boolean {
  switch (statement.kind) {
    case "verdict":
      return !/^(accept|continue|return)$/.test(statement.verdict.kind);
    case "verdictMap":
    case "reject":
    case "forwardTo":
    case "tproxy":
    case "synproxy":
    case "opaqueAction":
    case "notUnderstood":
      return true;
    case "write":
      return true;
    default:
      return false;
  }
}

/** Sets with elements that end by themselves, in words; null: there are none. */
export function expiringSets({ tables, ipsets }: Device): string | null {
  const named = tables.flatMap(({ sets }) => sets);
  const names = [...named, ...ipsets.values()]
    .filter(({ elements, defaultTimeoutMs }) =>
      elements.some(({ timeoutMs }) => (timeoutMs ?? defaultTimeoutMs ?? 0) > 0),
    )
    .map(({ name }) => `@${name}`);
  if (names.length === 0) return null;
  return `elements that expire by themselves are still there, in ${[...new Set(names)].sort().join(", ")}`;
}
