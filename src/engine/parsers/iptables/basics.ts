import { interfaceNameValue } from "../../base/interfaceName.ts";
import type { Statement } from "../../device/statement.ts";
import { binary, matchRanges, matchValue, selector } from "./build.ts";
import { interfaceRange } from "./matches/address.ts";
import { type GivenOption, misplaced, type RuleContext, unreadable } from "./module.ts";
import { addressForm, compareNetwork, looksLikeHost, networkTest } from "./networkTest.ts";
import { parseProtocol } from "./protocol.ts";
import { parseNetwork } from "./values.ts";

/** What `-i -o -p -s -d -f` ask; one variant for each pair of addresses listed. */
export interface LoweredBasics {
  readonly variants: readonly (readonly Statement[])[];
  readonly opaqueFeatures: readonly string[];
}

/** In the order of iptables-nft: interfaces, protocol, addresses, fragments. */
export function lowerBasics(
  basics: ReadonlyMap<string, GivenOption>,
  rule: RuleContext,
): LoweredBasics {
  const incoming = basics.get("in");
  const outgoing = basics.get("out");
  const protocol = basics.get("protocol");
  const fragment = basics.get("fragment");
  const front = [
    ...(incoming === undefined ? [] : interfaceTest("iifname", incoming, rule)),
    ...(outgoing === undefined ? [] : interfaceTest("oifname", outgoing, rule)),
    ...(protocol === undefined ? [] : protocolTest(protocol, rule)),
  ];
  const back = fragment === undefined ? [] : fragmentTest(fragment, rule);
  const source = addressTests("saddr", basics.get("source"), rule);
  const destination = addressTests("daddr", basics.get("destination"), rule);
  const variants = source.flatMap((from) =>
    destination.map((to) => [...front, ...from, ...to, ...back]),
  );
  const named = [...source, ...destination].flat().some(({ kind }) => kind === "opaqueMatch");
  return { variants, opaqueFeatures: named ? ["host name"] : [] };
}

/** IFNAMSIZ without its closing zero. */
const INTERFACE_LETTERS = 15;

const NO_INPUT = new Set(["OUTPUT", "POSTROUTING"]);
const NO_OUTPUT = new Set(["INPUT", "PREROUTING"]);

/** What iptables-nft compares with for `! -i +`, which no packet fulfils. */
const NO_INTERFACE = "INVAL/D";

function interfaceTest(
  id: "iifname" | "oifname",
  option: GivenOption,
  rule: RuleContext,
): readonly Statement[] {
  const letter = id === "iifname" ? "i" : "o";
  const wrong = id === "iifname" ? NO_INPUT : NO_OUTPUT;
  if (wrong.has(rule.chain))
    misplaced(
      rule,
      option.span,
      `\`-${letter}\` cannot be used in ${rule.chain}`,
      letter === "i" ? "use `-o`, or another chain" : "use `-i`, or another chain",
    );
  const [name = ""] = option.values;
  if (name === "" || name.length > INTERFACE_LETTERS)
    return [unreadable(rule, option, `a name of 1 to ${INTERFACE_LETTERS} letters`)];
  if (name === "+") return option.negated ? [matchValue(id, interfaceNameValue(NO_INTERFACE))] : [];
  return [matchRanges(id, [interfaceRange(name)], { negated: option.negated })];
}

function protocolTest(option: GivenOption, rule: RuleContext): readonly Statement[] {
  const number = parseProtocol(option.values[0] ?? "", rule.family);
  if (number === null) {
    const text = option.values[0] ?? "";
    rule.refuse(
      "PM2020",
      `unknown protocol \`${text}\``,
      option.span,
      "write its number, or a name such as `tcp`",
    );
    return [{ kind: "notUnderstood", text: `-p ${text}` }];
  }
  if (number === 0) {
    if (option.negated)
      misplaced(rule, option.span, "`! -p all` matches nothing", "leave the rule out");
    return [];
  }
  /* ip6_packet_match drops what has no transport header at all; nft_do_chain goes on. */
  const drops = rule.backend === "legacy" && rule.family === "ip6";
  return [
    matchValue("meta l4proto", BigInt(number), {
      negated: option.negated,
      ...(drops ? { whenAbsent: "drops" as const } : {}),
    }),
  ];
}

const IPV4_OFFSET = 0x1fffn;

/** `-f`: second and later fragments. */
function fragmentTest(option: GivenOption, rule: RuleContext): readonly Statement[] {
  if (rule.family === "ip6") {
    misplaced(rule, option.span, "`-f` is not for IPv6", "use `-m frag`");
    return [];
  }
  const offset = binary("and", selector("ip frag-off"), IPV4_OFFSET);
  return [matchValue(offset, 0n, { negated: !option.negated })];
}

/** One list of statements for each address; none asked is one empty list. */
function addressTests(
  field: "saddr" | "daddr",
  option: GivenOption | undefined,
  rule: RuleContext,
): readonly (readonly Statement[])[] {
  if (option === undefined) return [[]];
  const id = `${rule.family} ${field}`;
  const texts = (option.values[0] ?? "").split(",");
  if (texts.length > 1 && option.negated)
    misplaced(
      rule,
      option.span,
      "`!` cannot stand in front of a list of addresses",
      "use an ipset, or a chain that returns for each of them",
    );
  return texts.map((text) => addressTest(id, { ...option, values: [text] }, rule));
}

function addressTest(id: string, option: GivenOption, rule: RuleContext): readonly Statement[] {
  const [text = ""] = option.values;
  const network = parseNetwork(text, rule.family);
  const { negated } = option;
  if (network === null) {
    if (looksLikeHost(text)) return [networkTest(id, option, rule, { negated })];
    return [unreadable(rule, option, `an address such as ${addressForm(rule.family)}`)];
  }
  if (network.mask !== 0n) return [compareNetwork(id, network, rule.family, { negated })];
  if (!negated) return [];
  if (rule.backend === "nft")
    misplaced(
      rule,
      option.span,
      `\`! ${text}\` matches nothing`,
      "leave the rule out; the kernel refuses it",
    );
  return [matchRanges(id, [])];
}
