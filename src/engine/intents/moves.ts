import { coversRange, intersectRanges, normalizeRanges, type Range } from "../base/range.ts";
import type { Node } from "../bdd/index.ts";
import { canonicalText } from "../compile/index.ts";
import type { Rule } from "../device/device.ts";
import type { NatStatement } from "../device/statement.ts";
import type { IpFamily } from "../packet/packet.ts";
import { type Alteration, isDestinationNat } from "./alterations.ts";
import type { Addresses, Hosts } from "./model.ts";

/*
 * A packet that is accepted has not arrived yet: a rule may have given it another destination, a source that nobody
 * answers to, another port, or a zone in which its replies belong to no connection.
 */

/** What is not proved of a connection because of what rules make of its packets. */
export interface Moves {
  readonly reasons: readonly string[];
  readonly assumptions: readonly string[];
}

/** Packets of a part of a connection, and what rules do to them. */
export interface AlteredPart {
  readonly packets: Node;
  readonly alterations: readonly Alteration[];
}

/** What becomes of connections that shall be possible; `hosts`: those that somebody has declared. */
export function movesOf(
  first: AlteredPart,
  others: readonly AlteredPart[],
  hosts: Hosts | null,
): Moves {
  const parts = [first, ...others];
  const told = first.alterations.map((one) => moveOf(one, hosts));
  const rewritten = parts.flatMap(({ alterations }) => alterations.flatMap(rewriteOf));
  return {
    reasons: unique([...told.flatMap(({ reasons }) => reasons), ...rewritten, ...zonesOf(parts)]),
    assumptions: unique(told.flatMap(({ assumptions }) => assumptions)),
  };
}

const NOTHING: Moves = { reasons: [], assumptions: [] };

function moveOf(one: Alteration, hosts: Hosts | null): Moves {
  const { statement, rule } = one;
  if (statement.kind !== "nat") return NOTHING;
  if (isDestinationNat(one)) return destinationOf(one.statement, rule, hosts);
  return sourceOf(statement, rule, hosts);
}

/** Replies to redirected connections are told of where replies are. */
function destinationOf(statement: NatStatement, rule: Rule, hosts: Hosts | null): Moves {
  if (statement.type === "redirect") return NOTHING;
  const target = constantTarget(statement);
  if (target === "unknown") return doubt(rule, "sends them on, and it is not known where to");
  if (target !== null && hosts?.own && meets(hosts.own, statement, target))
    return doubt(rule, "sends them to the device itself: whether it takes them is not judged");
  if (target !== null && hosts !== null && !covers(hosts.others, statement, target))
    return doubt(
      rule,
      "sends them to an address that is no declared host: name it in a role, or under `addresses` of another device",
    );
  return assumed(rule, "sends them on: that what is there serves them is assumed");
}

/** Whoever is asked from an address that is not ours answers somebody else. */
function sourceOf(statement: NatStatement, rule: Rule, hosts: Hosts | null): Moves {
  if (statement.type === "masquerade") return NOTHING;
  const target = constantTarget(statement);
  if (target === "unknown") return doubt(rule, "gives them a source that is not known");
  const own = hosts?.own ?? null;
  if (target !== null && own !== null && !covers(own, statement, target))
    return doubt(
      rule,
      "gives them a source that is no declared address of the device: replies may not come back; name it under its `addresses`",
    );
  return assumed(rule, "gives them another source: that replies to it come back is assumed");
}

/** Null: the address stays. */
function constantTarget({ address, type }: NatStatement): Range | "unknown" | null {
  if (address === null) return null;
  if (address.kind === "expression" || type === "netmap") return "unknown";
  return address.range;
}

function meets(addresses: Addresses, statement: NatStatement, target: Range): boolean {
  return rangesFor(addresses, statement).some((own) => intersectRanges(own, [target]).length > 0);
}

function covers(addresses: Addresses, statement: NatStatement, target: Range): boolean {
  return rangesFor(addresses, statement).some((own) => coversRange(own, target));
}

/** Of each family that the statement may speak of. */
function rangesFor(addresses: Addresses, { family }: NatStatement): readonly (readonly Range[])[] {
  const families: readonly IpFamily[] = family === null ? [...addresses.keys()] : [family];
  return families.map((one) => normalizeRanges(addresses.get(one) ?? []));
}

function rewriteOf({ statement, rule }: Alteration): readonly string[] {
  switch (statement.kind) {
    case "write":
      if (ZONE.test(statement.target)) return [];
      return doubt(rule, `sets ${statement.target}: what becomes of them then is not proved`)
        .reasons;
    case "tproxy":
    case "synproxy":
    case "forwardTo":
      return doubt(rule, "hands them to something else: what becomes of them then is not proved")
        .reasons;
    default:
      return [];
  }
}

const ZONE = /^ct (original |reply )?zone$/;

/** Replies that are looked up in another zone belong to no connection. */
function zonesOf(parts: readonly AlteredPart[]): readonly string[] {
  const writing = parts.map(({ alterations }) =>
    alterations.filter(
      ({ statement }) => statement.kind === "write" && ZONE.test(statement.target),
    ),
  );
  const [first] = writing[0] ?? [];
  const isSame = parts.every(({ packets }, place) => {
    const [one, ...more] = writing[place] ?? [];
    if (one === undefined || first === undefined || more.length > 0) return false;
    return (
      one.packets === packets && canonicalText(one.statement) === canonicalText(first.statement)
    );
  });
  if (isSame) return [];
  const what =
    "puts them into a zone of connection tracking, and not those of both directions into the same";
  return writing.flat().map(({ rule }) => tell(rule, what));
}

function doubt(rule: Rule, what: string): Moves {
  return { reasons: [tell(rule, what)], assumptions: [] };
}

function assumed(rule: Rule, what: string): Moves {
  return { reasons: [], assumptions: [tell(rule, what)] };
}

function tell({ span: { file, line }, text }: Rule, what: string): string {
  return `${file}:${line} \`${text}\` ${what}`;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
