import { FALSE, type Node } from "../bdd/index.ts";
import type { RuleVisit } from "../compile/index.ts";
import type { Device, Rule } from "../device/device.ts";
import type { NatStatement, Statement } from "../device/statement.ts";

/** Something that a rule does to packets beside accepting and dropping them, as far as it moves their connection. */
export interface Alteration {
  readonly rule: Rule;
  readonly hook: RuleVisit["hook"];
  readonly statement: Statement;
  readonly packets: Node;
}

/** Fields whose writing leaves a connection where it is. */
const HARMLESS_TARGETS: ReadonlySet<string> = new Set([
  "meta mark",
  "meta priority",
  "meta nftrace",
  "ct mark",
  "ct label",
  "ct event",
  "ct secmark",
  "meta secmark",
  "ip dscp",
  "ip6 dscp",
  "ip ecn",
  "ip6 ecn",
  "ip6 flowlabel",
]);

/** The least that may be written without cutting anything off: hops to anywhere, and RFC 879's least segment. */
const HARMLESS_FROM: ReadonlyMap<string, bigint> = new Map([
  ["ip ttl", 32n],
  ["ip6 hoplimit", 32n],
  ["tcp option maxseg size", 536n],
]);

/** Whether a connection can end elsewhere, or be told apart otherwise, by what the statement does. */
export function alters(statement: Statement): boolean {
  switch (statement.kind) {
    case "nat":
    case "notrack":
    case "tproxy":
    case "synproxy":
    case "forwardTo":
      return true;
    case "write":
      return !HARMLESS_TARGETS.has(statement.target) && !isLargeEnough(statement);
    default:
      return false;
  }
}

/** Without a constant it is worked out from what there is: clamped to a path's size, or one less. */
function isLargeEnough({ target, value }: Extract<Statement, { kind: "write" }>): boolean {
  const least = HARMLESS_FROM.get(target);
  return least !== undefined && (value.kind !== "constant" || value.value >= least);
}

export function hasAlterations({ tables }: Device): boolean {
  return tables.some(({ chains }) =>
    chains.some(({ rules }) => rules.some(({ statements }) => statements.some(alters))),
  );
}

/** Notes what a rule does to the packets that hit it. */
export function noteAlterations(visit: RuleVisit, found: Alteration[]): void {
  const { rule, hook, run, isTracked } = visit;
  if (run.hit === FALSE) return;
  for (const statement of rule.statements) {
    const isTooLate = statement.kind === "notrack" && isTracked;
    if (alters(statement) && !isTooLate) found.push({ rule, hook, statement, packets: run.hit });
  }
}

/** A rule that gives packets another destination. */
export interface DestinationNat extends Alteration {
  readonly statement: NatStatement;
}

export function isDestinationNat(one: Alteration): one is DestinationNat {
  const { hook, statement } = one;
  return statement.kind === "nat" && (hook === "prerouting" || hook === "output");
}
