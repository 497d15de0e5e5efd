import type { Route, RoutingRule } from "../../device/host.ts";
import { parseAddress } from "./parseAddress.ts";

export interface ParsedRoute {
  /** Both where only `default` was written. */
  readonly families: readonly ("ip" | "ip6")[];
  readonly route: Omit<Route, "family">;
}

type RouteKind = Route["kind"];
const KINDS: readonly string[] = ["blackhole", "prohibit", "unreachable", "local", "unicast"];
const MAIN_TABLE = 254;
/** Priority of the first rule that `ip rule add` makes; each further one goes in front. */
const FIRST_PRIORITY = 32765;

/** `[blackhole] PREFIX|default [via ADDRESS] [dev NAME] [src ADDRESS] [metric N] [table N]`. */
export function parseRoute(text: string, family: "ip" | "ip6" | null = null): ParsedRoute | null {
  const words = text.trim().split(/\s+/);
  const kind = KINDS.includes(words[0] ?? "") ? (words.shift() as RouteKind) : "unicast";
  const prefix = parsePrefix(words[0] ?? "");
  if (prefix === null) return null;
  const option = (key: string): string | null => {
    const at = words.indexOf(key);
    return at < 0 ? null : (words[at + 1] ?? null);
  };
  const gateway = parseAddress(option("via") ?? "");
  const families = prefix.family ?? gateway?.family ?? family;
  return {
    families: families === null ? ["ip"] : [families],
    route: {
      destination: prefix.address,
      prefix: prefix.length,
      kind,
      interface: option("dev"),
      gateway: gateway?.value ?? null,
      preferredSource: parseAddress(option("src") ?? "")?.value ?? null,
      metric: Number(option("metric") ?? 0),
      table: tableNumber(option("table")),
    },
  };
}

interface Prefix {
  readonly family: "ip" | "ip6" | null;
  readonly address: bigint;
  readonly length: number;
}

function parsePrefix(text: string): Prefix | null {
  if (text === "default") return { family: null, address: 0n, length: 0 };
  const [addressText, lengthText] = text.split("/");
  const address = parseAddress(addressText ?? "");
  if (address === null) return null;
  const length = Number(lengthText ?? (address.family === "ip" ? 32 : 128));
  return { family: address.family, address: address.value, length };
}

function tableNumber(text: string | null): number {
  if (text === null || text === "main") return MAIN_TABLE;
  return text === "local" ? 255 : Number(text);
}

/** `[from PREFIX] [fwmark VALUE[/MASK]] [iif NAME] lookup|table N [pref N]`. */
export function parseRoutingRule(
  text: string,
  family: "ip" | "ip6",
  count: number,
): RoutingRule | null {
  const words = text.trim().split(/\s+/);
  const option = (...keys: readonly string[]): string | null => {
    const at = words.findIndex((word) => keys.includes(word));
    return at < 0 ? null : (words[at + 1] ?? null);
  };
  const table = option("lookup", "table");
  if (table === null) return null;
  const [value, mask] = (option("fwmark") ?? "").split("/");
  const source = parsePrefix(option("from") ?? "");
  return {
    family,
    priority: Number(option("pref", "priority", "preference") ?? FIRST_PRIORITY - count),
    mark:
      value === undefined || value === ""
        ? null
        : { value: BigInt(value), mask: mask === undefined ? 0xffffffffn : BigInt(mask) },
    source: source === null ? null : { address: source.address, prefix: source.length },
    interface: option("iif"),
    table: tableNumber(table),
  };
}
