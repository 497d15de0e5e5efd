import type { Statement } from "../../device/statement.ts";
import { binary, type MatchOptions, matchRanges, matchValue, selector } from "./build.ts";
import { type GivenOption, type RuleContext, unreadable } from "./module.ts";
import { addressWidth, type IpFamily, type Network, networkRange, parseNetwork } from "./values.ts";

/** A comparison with a network: a range where the mask is a prefix, else a masked comparison. */
export function compareNetwork(
  id: string,
  network: Network,
  family: IpFamily,
  options: MatchOptions,
): Statement {
  const range = networkRange(network, addressWidth(family));
  if (range !== null) return matchRanges(id, [range], options);
  return matchValue(binary("and", selector(id), network.mask), network.value, options);
}

/** An option whose argument is `ADDRESS[/MASK]`; a host name stays an unknown. */
export function networkTest(
  id: string,
  option: GivenOption,
  rule: RuleContext,
  options: MatchOptions,
): Statement {
  const text = option.values[0] ?? "";
  const network = parseNetwork(text, rule.family);
  if (network !== null) return compareNetwork(id, network, rule.family, options);
  if (!looksLikeHost(text)) return unreadable(rule, option, addressForm(rule.family));
  rule.warn(
    "PM2016",
    `\`${text}\` is a host name: what it stands for is not known here`,
    option.span,
    "write the address, or take the listing of `iptables-save` on the device",
  );
  return {
    kind: "opaqueMatch",
    unknown: "moment",
    text: `${id} ${text}`,
    negated: options.negated ?? false,
    reads: [id],
  };
}

export function addressForm(family: IpFamily): string {
  return family === "ip" ? "`10.0.0.0/8`" : "`2001:db8::/32`";
}

/** A name that the resolver would be asked; it may carry a mask. */
export function looksLikeHost(text: string): boolean {
  const [name = "", mask = "0"] = text.split("/");
  const labels = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$/.test(name);
  return labels && /[A-Za-z]/.test(name) && /^[\da-fA-F.:]+$/.test(mask);
}
