import { own } from "../../base/own.ts";
import type { ChainType, Hook } from "../../device/device.ts";

export interface BuiltIn {
  readonly type: ChainType;
  readonly hook: Hook;
  readonly priority: number;
}

const HOOKS: Readonly<Record<string, Hook>> = {
  PREROUTING: "prerouting",
  INPUT: "input",
  FORWARD: "forward",
  OUTPUT: "output",
  POSTROUTING: "postrouting",
};

interface TableFacts {
  readonly chains: readonly string[];
  readonly priority: number;
}

const TABLES: Readonly<Record<string, TableFacts>> = {
  filter: { chains: ["INPUT", "FORWARD", "OUTPUT"], priority: 0 },
  nat: { chains: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"], priority: 100 },
  mangle: {
    chains: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
    priority: -150,
  },
  raw: { chains: ["PREROUTING", "OUTPUT"], priority: -300 },
  security: { chains: ["INPUT", "FORWARD", "OUTPUT"], priority: 50 },
};

const DESTINATION_NAT = -100;
/** iptables-nft registers security at 150, the kernel's own table at 50 (measured). */
const NFT_SECURITY = 150;

export function isTable(name: string): boolean {
  return Object.hasOwn(TABLES, name);
}

/** Names of the chains that a table has by itself. */
export function builtInChains(table: string): readonly string[] {
  return Object.hasOwn(TABLES, table) ? (TABLES[table]?.chains ?? []) : [];
}

/** Where a built-in chain is hooked in, or null for user chains. */
export function builtInChain(
  table: string,
  chain: string,
  backend: "nft" | "legacy",
): BuiltIn | null {
  if (!builtInChains(table).includes(chain)) return null;
  const hook = own(HOOKS, chain);
  const facts = own(TABLES, table);
  if (hook === undefined || facts === undefined) return null;
  const isFirst = table === "nat" && (hook === "prerouting" || hook === "output");
  const priority = isFirst
    ? DESTINATION_NAT
    : table === "security" && backend === "nft"
      ? NFT_SECURITY
      : facts.priority;
  const type =
    table === "nat" ? "nat" : table === "mangle" && hook === "output" ? "route" : "filter";
  return { type, hook, priority };
}
