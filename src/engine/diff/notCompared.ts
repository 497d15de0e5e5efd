import { canonicalText, tableName } from "../compile/index.ts";
import type { Device, Rule, Table } from "../device/device.ts";
import type { NamedSet } from "../device/set.ts";

/*
 * Parts of a device that no path of IP shows, or that work behind a name: they are only looked at for
 * being the same.
 */

/** Why the answer is not complete, in words; empty where all such parts are the same. */
export function unlikeRest(before: Device, after: Device): readonly string[] {
  return [
    ...unlikeUncompared(before, after),
    ...unlikeParts(
      before,
      after,
      expiring,
      "has elements that expire, compared as long as they last",
    ),
    ...unlikeIpsets(before, after),
    ...unlikeEstimators(before, after),
  ];
}

/** The same of parts that nothing was asked about: what they do to packets is not known. */
export function unlikeUncompared(before: Device, after: Device): readonly string[] {
  return [
    ...unlikeParts(before, after, otherFamily, "is not compared"),
    ...unlikeParts(before, after, atTheEdge, "has chains at the edge of devices, not compared"),
    ...unlikeParts(before, after, flowtables, "has flowtables, not compared"),
    ...unlikeParts(before, after, namedActions, "has named objects, not compared"),
  ];
}

function unlikeParts(
  before: Device,
  after: Device,
  partOf: (table: Table) => unknown,
  words: string,
): readonly string[] {
  const first = partsOf(before, partOf);
  const second = partsOf(after, partOf);
  return [...new Set([...first.keys(), ...second.keys()])]
    .filter((name) => first.get(name) !== second.get(name))
    .map((name) => `table ${name} ${words}, and not the same on both sides`);
}

function partsOf(device: Device, partOf: (table: Table) => unknown): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  for (const table of device.tables) {
    const part = partOf(table);
    if (part === null) continue;
    parts.set(tableName(device, table), canonicalText(part));
  }
  return parts;
}

/** Bridge, netdev and arp. */
function otherFamily(table: Table): unknown {
  const isIp = table.family === "ip" || table.family === "ip6" || table.family === "inet";
  return isIp ? null : table;
}

/** When elements end, as configured: what is left of their time differs from moment to moment. */
function expiring({ sets }: Table): unknown {
  const found = sets.flatMap((set) => expiringOf(set));
  return found.length === 0 ? null : found.sort();
}

function expiringOf({ name, elements, defaultTimeoutMs }: NamedSet): readonly string[] {
  return elements.flatMap(({ key, timeoutMs }) => {
    const time = timeoutMs ?? defaultTimeoutMs ?? 0;
    return time === 0 ? [] : [canonicalText([name, key, time])];
  });
}

function unlikeIpsets(before: Device, after: Device): readonly string[] {
  const timesOf = ({ ipsets }: Device) =>
    [...ipsets.values()].flatMap((set) => expiringOf(set)).sort();
  const isSame = timesOf(before).join("\n") === timesOf(after).join("\n");
  return isSame ? [] : ["ipsets have elements that expire, and not the same on both sides"];
}

/** What `-j RATEEST` measures hangs on all packets that come to it: where a rule asks for that, all rules have to be the same. */
function unlikeEstimators(before: Device, after: Device): readonly string[] {
  const isAsked = [before, after].some(({ tables }) => rulesOf(tables).some(asksForRate));
  if (!isAsked || measured(before) === measured(after)) return [];
  return [
    "what `-j RATEEST` measures is not compared, and the rules are not the same on both sides",
  ];
}

function rulesOf(tables: readonly Table[]): readonly Rule[] {
  return tables.flatMap(({ chains }) => chains.flatMap(({ rules }) => rules));
}

function asksForRate({ statements }: Rule): boolean {
  return statements.some((one) => one.kind === "opaqueMatch" && one.text.startsWith("rateest "));
}

/** All that decides which packets come to which estimator, and what that one is. */
function measured({ tables }: Device): string {
  const estimators = rulesOf(tables).map(({ statements }) =>
    statements.flatMap((one) =>
      one.kind === "noEffect" && one.text.startsWith("RATEEST ") ? one.text : [],
    ),
  );
  const chains = tables.flatMap((table) => table.chains.map(({ base, rules }) => [base, rules]));
  return `${canonicalText(chains)} ${JSON.stringify(estimators)}`;
}

function atTheEdge(table: Table): unknown {
  const { chains } = table;
  if (otherFamily(table) !== null) return null;
  const edge = chains.filter(({ base }) => base?.hook === "ingress" || base?.hook === "egress");
  return edge.length === 0 ? null : edge;
}

function flowtables(table: Table): unknown {
  return table.flowtables.length === 0 ? null : table.flowtables;
}

/** Helpers, timeouts and the like; what limits and counts is compared where it is used. */
function namedActions({ objects }: Table): unknown {
  const named = objects.filter(({ kind }) => !/^(counter|limit|quota)$/.test(kind));
  return named.length === 0 ? null : named;
}
