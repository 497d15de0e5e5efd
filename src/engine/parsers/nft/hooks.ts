import type { BaseChain, Hook, Rule } from "../../device/device.ts";
import type { Expression } from "../../device/expression.ts";
import type { NatStatement, Statement } from "../../device/statement.ts";
import { chainNamesOf, chainNamesOfElements, isNameless } from "./references.ts";
import type { DraftChain, DraftTable } from "./ruleset.ts";
import { refuse, type ScriptState } from "./state.ts";

/** Chains that each named verdict map of a table leads to, found once for all rules. */
export type MapTargets = Map<string, readonly string[]>;

/** Chains that a rule jumps to, those of its verdict maps too. */
export function* targetsOf(table: DraftTable, rule: Rule, known: MapTargets): Generator<string> {
  for (const statement of rule.statements) {
    yield* chainNamesOf(statement);
    if (statement.kind !== "verdictMap" || statement.map.kind !== "named") continue;
    const { name } = statement.map;
    const found = known.get(name) ?? chainNamesOfElements(table.sets.get(name)?.elements ?? []);
    known.set(name, found);
    yield* found;
  }
}

/**
 * What a hook cannot do no chain can that is reached from it. Base chains of one kind are one
 * question, so each rule is looked at once for each hook and type.
 */
export function refuseMisplaced(state: ScriptState, table: DraftTable, known: MapTargets): void {
  const places = new Map<string, { readonly base: BaseChain; readonly chains: DraftChain[] }>();
  for (const chain of table.chains.values()) {
    const { base } = chain;
    if (base === null) continue;
    const key = `${base.type} ${base.hook}`;
    const place = places.get(key) ?? { base, chains: [] };
    places.set(key, place);
    place.chains.push(chain);
  }
  for (const { base, chains } of places.values())
    for (const rule of rulesBelow(table, chains, known)) refuseRule(state, table, base, rule);
}

function* rulesBelow(
  table: DraftTable,
  chains: readonly DraftChain[],
  known: MapTargets,
): Generator<Rule> {
  const seen = new Set<DraftChain>(chains);
  /* A set goes on over what is added to it on the way. */
  for (const chain of seen)
    for (const { rule } of chain.rules) {
      yield rule;
      if (isNameless(rule)) continue;
      for (const name of targetsOf(table, rule, known)) {
        const target = table.chains.get(name);
        if (target !== undefined) seen.add(target);
      }
    }
}

/** Those that tables of nft take in every place. While somebody types, the same ones are asked for at each key. */
const FREE = new WeakSet<readonly Statement[]>();

function refuseRule(state: ScriptState, table: DraftTable, base: BaseChain, rule: Rule): void {
  if (rule.isPlain) return;
  const isNft = table.origin === "nft";
  if (state.told.has(rule) || (isNft && FREE.has(rule.statements))) return;
  let isFree = true;
  for (const statement of rule.statements) {
    const allowed = placesOf(statement, isNft);
    if (allowed === null) continue;
    isFree = false;
    if (isAllowed(allowed, base)) continue;
    state.told.add(rule);
    const hooks = allowed.hooks.join(" or ");
    if (statement.kind === "reject")
      refuse(state, "PM1076", `reject does not work in ${base.hook}`, rule.span, "write drop");
    else
      refuse(
        state,
        "PM1079",
        `${allowed.what} does not work in ${base.hook}, in a chain of type ${base.type}`,
        rule.span,
        allowed.nat ? `use a chain of type nat in ${hooks}` : `use a chain in ${hooks}`,
      );
    return;
  }
  if (isNft && isFree) FREE.add(rule.statements);
}

interface Allowed {
  readonly what: string;
  readonly hooks: readonly Hook[];
  /** Chains of type nat only. */
  readonly nat: boolean;
}

function isAllowed({ hooks, nat }: Allowed, { hook, type }: BaseChain): boolean {
  return hooks.includes(hook) && (!nat || type === "nat");
}

const NAT_HOOKS: Readonly<Record<NatStatement["type"], readonly Hook[]>> = {
  dnat: ["prerouting", "output"],
  redirect: ["prerouting", "output"],
  snat: ["postrouting", "input"],
  masquerade: ["postrouting"],
  netmap: ["prerouting", "output", "postrouting", "input"],
};
/** Where a packet is asked at the edge of a device, other rules hold. */
const EDGES: readonly Hook[] = ["ingress", "egress"];
const INWARDS: readonly Hook[] = ["prerouting", "input", "forward", ...EDGES];
const OUTWARDS: readonly Hook[] = ["forward", "output", "postrouting", ...EDGES];

/** Where the kernel takes a statement (its `validate` functions, measured); null: everywhere. */
function placesOf(statement: Statement, isNft: boolean): Allowed | null {
  const at = (what: string, hooks: readonly Hook[], nat = false): Allowed => ({ what, hooks, nat });
  if (statement.kind === "nat") return at(statement.type, NAT_HOOKS[statement.type], true);
  if (statement.kind === "reject")
    return at("reject", ["input", "forward", "output", "prerouting", "ingress"]);
  if (!isNft) return null;
  switch (statement.kind) {
    case "tproxy":
      return at("tproxy", ["prerouting"]);
    case "synproxy":
      return at("synproxy", ["input", "forward"]);
    case "flowOffload":
      return at("flow add", ["forward"]);
    case "write":
      if (statement.target === "meta pkttype")
        return at("meta pkttype set", ["prerouting", ...EDGES]);
      return placesOfExpression(statement.value);
    case "match":
      return placesOfExpression(statement.left);
    case "verdictMap":
      return placesOfExpression(statement.key);
    default:
      return null;
  }
}

function placesOfExpression(expression: Expression): Allowed | null {
  const at = (what: string, hooks: readonly Hook[]): Allowed => ({ what, hooks, nat: false });
  switch (expression.kind) {
    case "fib": {
      const { flags, result } = expression;
      if (result !== "type" || flags.includes("iif")) return at("fib", INWARDS);
      return flags.includes("oif") ? at("fib", OUTWARDS) : null;
    }
    case "selector":
      if (expression.id === "rt mtu") return at("rt mtu", OUTWARDS);
      if (expression.id === "meta ipsec") return at("meta ipsec", INWARDS);
      if (/^meta sdif(name)?$/.test(expression.id)) return at("meta sdif", ["input", "forward"]);
      return expression.id.startsWith("socket ") ? at("socket", SOCKET_HOOKS) : null;
    case "opaque":
      if (expression.text.startsWith("socket ")) return at("socket", SOCKET_HOOKS);
      if (expression.text.startsWith("osf ")) return at("osf", INWARDS);
      if (expression.text.startsWith("ipsec in")) return at("ipsec in", INWARDS);
      return expression.text.startsWith("ipsec out") ? at("ipsec out", OUTWARDS) : null;
    case "binary":
      return placesOfExpression(expression.left) ?? placesOfExpression(expression.right);
    case "concatenation":
      return expression.parts.map(placesOfExpression).find((place) => place !== null) ?? null;
    case "lookup":
      return placesOfExpression(expression.key);
    default:
      return null;
  }
}

const SOCKET_HOOKS: readonly Hook[] = ["prerouting", "input", "output"];
