import { formatInterfaceName } from "../src/engine/base/interfaceName.ts";
import type { Range } from "../src/engine/base/range.ts";
import type { Device, ParseResult } from "../src/engine/device/device.ts";
import { type Dialect, detectDialect } from "../src/engine/parsers/detectDialect.ts";
import { parseIptables } from "../src/engine/parsers/iptables/index.ts";
import { parseNftJson } from "../src/engine/parsers/json/index.ts";
import { parseNft } from "../src/engine/parsers/nft/index.ts";
import { applyEdits } from "./edits.ts";
import { visitTests } from "./visit.ts";

/** A ruleset as the kernel and the model are given it. */
export interface Ruleset {
  readonly name: string;
  readonly dialect: Dialect;
  readonly text: string;
  /** Reasons of the edits that were made so that it loads. */
  readonly edits: readonly string[];
  readonly parsed: ParseResult;
  /** Interfaces to make. */
  readonly interfaces: readonly string[];
}

/** Interfaces that are in no ruleset. */
export const PLAIN_INTERFACES = ["lab0", "lab1"] as const;
/** Interfaces made for one ruleset. */
const MAXIMUM_INTERFACES = 60;

export function readRuleset(name: string, original: string): Ruleset {
  const dialect = detectDialect(name, original);
  const { text, reasons } = applyEdits(original);
  const parsed = parse(name, dialect, text);
  return { name, dialect, text, edits: reasons, parsed, interfaces: interfacesOf(parsed.device) };
}

/** What the kernel is given: the harness has a chain of its own in the namespace, else empty. */
export function loadedText({ text }: Ruleset): string {
  return text
    .replace(/^([^#\n]*)\bflush\s+ruleset\b/gm, "$1")
    .replace(/\{\s*"flush"\s*:\s*\{\s*"ruleset"\s*:\s*null\s*\}\s*\}\s*,?/g, "");
}

/** The command that loads it, the text on its standard input. */
export function loadCommand(dialect: Dialect): readonly string[] | null {
  switch (dialect) {
    case "nft":
      return ["nft", "-f", "-"];
    case "nftJson":
      return ["nft", "-j", "-f", "-"];
    case "iptables":
      return ["iptables-restore"];
    case "ip6tables":
      return ["ip6tables-restore"];
    case "ipset":
      return null;
  }
}

function parse(name: string, dialect: Dialect, text: string): ParseResult {
  const input = { files: new Map([[name, text]]), roots: [name], onto: null, keepRefused: false };
  if (dialect === "nftJson") return parseNftJson(input);
  if (dialect !== "iptables" && dialect !== "ip6tables") return parseNft(input);
  return parseIptables({ ...input, family: dialect === "iptables" ? "ip" : "ip6", backend: "nft" });
}

const INTERFACE_SELECTORS: readonly string[] = ["iifname", "oifname", "iif", "oif"];
const POSSIBLE_NAME = /^[^\s/:%]{1,15}$/;

/** Interfaces that the ruleset names, an example for each wildcard, and the plain ones. */
function interfacesOf(device: Device): readonly string[] {
  const names = new Set<string>(PLAIN_INTERFACES);
  visitTests(device, (selector, ranges) => {
    if (!INTERFACE_SELECTORS.includes(selector)) return;
    for (const range of ranges) {
      const name = interfaceIn(range);
      if (name !== null && names.size < MAXIMUM_INTERFACES) names.add(name);
    }
  });
  for (const table of device.tables)
    for (const { devices } of [...table.flowtables, ...table.chains.flatMap(baseOf)])
      for (const name of devices) names.add(name);
  return [...names].filter((name) => POSSIBLE_NAME.test(name) && name !== "lo");
}

function baseOf({ base }: Device["tables"][number]["chains"][number]) {
  return base === null ? [] : [base];
}

/** The name that a range stands for; for a wildcard one that it covers; null: none is possible. */
export function interfaceIn({ from, to }: Range): string | null {
  if (from === to) {
    const name = formatInterfaceName(from);
    return POSSIBLE_NAME.test(name) ? name : null;
  }
  const stem = formatInterfaceName(from);
  const example = `${stem}${/\d$/.test(stem) ? "" : "9"}`.slice(0, 15);
  return POSSIBLE_NAME.test(example) ? example : null;
}
