import type { ParseResult } from "../../../device/device.ts";
import { parseIptables } from "../index.ts";
import type { IpFamily } from "../values.ts";
import { showStatements } from "./show.ts";

export interface RuleSetting {
  readonly family?: IpFamily;
  readonly backend?: "nft" | "legacy";
  readonly table?: string;
  readonly chain?: string;
}

/** Parses one text of iptables-save. */
export function parseText(text: string, setting: RuleSetting = {}): ParseResult {
  const { family = "ip", backend = "nft" } = setting;
  return parseIptables({
    files: new Map([["f", text]]),
    roots: ["f"],
    onto: null,
    keepRefused: true,
    family,
    backend,
  });
}

/** The result of a rule `-A CHAIN …` in a table that has the user chain X too. */
export function parseRule(rule: string, setting: RuleSetting = {}): ParseResult {
  const { table = "filter", chain = "FORWARD" } = setting;
  return parseText(`*${table}\n:X - [0:0]\n-A ${chain} ${rule}\nCOMMIT\n`, setting);
}

/** What the rules of a line became, one line each; findings behind `!`. */
export function showRule(rule: string, setting: RuleSetting = {}): string {
  const result = parseRule(rule, setting);
  const chain = setting.chain ?? "FORWARD";
  const rules = result.device.tables
    .flatMap((table) => table.chains)
    .filter(({ name }) => name === chain)
    .flatMap(({ rules }) => rules.map(({ statements }) => showStatements(statements)));
  const findings = result.diagnostics.map(({ code }) => `! ${code}`);
  return [...rules, ...findings].join("\n");
}
