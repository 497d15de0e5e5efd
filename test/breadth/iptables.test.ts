import { expect, test } from "vitest";
import type { Chain, Device, ParseResult } from "../../src/engine/device/device.ts";
import { parseIptables } from "../../src/engine/parsers/iptables/index.ts";
import type { IpFamily } from "../../src/engine/parsers/iptables/values.ts";
import { readDevice } from "../../src/engine/parsers/readDevice.ts";
import { meaning } from "../../src/engine/parsers/testing/meaning.ts";
import { describeWith } from "../requirements.ts";
import { readLines, tryAll } from "./tryAll.ts";

const SETS =
  "create foo hash:ip counters\ncreate bar hash:ip,port\ncreate six hash:ip family inet6\n";

/** `[table] [chain] rule`; by default the chain INPUT of the table filter. */
function fileOf(line: string): string {
  const [, table = "filter", chain = "INPUT", rule = ""] =
    /^(?:(mangle|nat|raw|security) )?(?:([A-Z]+) )?(.*)$/.exec(line) ?? [];
  return `*${table}\n:USER - [0:0]\n-A ${chain} ${rule}\nCOMMIT\n`;
}

const { device: onto } = readDevice({
  files: new Map([["sets", SETS]]),
  roots: ["sets"],
  dialect: "ipset",
});

function parse(text: string, family: IpFamily): ParseResult {
  const files = new Map([["f", text]]);
  return parseIptables({ files, roots: ["f"], onto, keepRefused: true, family, backend: "nft" });
}

function errorsOf({ diagnostics }: ParseResult): readonly string[] {
  return diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
}

/** Refused by this kernel, which lacks a part, not by iptables. */
function isMissingHere(message: string): boolean {
  return /_APPEND failed|missing kernel module|cgroup2 not mounted/.test(message);
}

/** A listing has every chain of a table, those too that nobody declared. */
function withoutIdleChains(device: Device): Device {
  const isIdle = ({ base, rules }: Chain): boolean =>
    base?.policy === "accept" && rules.length === 0;
  const tables = device.tables.map((table) => ({
    ...table,
    chains: table.chains.filter((chain) => !isIdle(chain)),
  }));
  return { ...device, tables };
}

function compare(lines: readonly string[], tool: string, family: IpFamily): void {
  const answers = tryAll(lines.map(fileOf), {
    prepare: `ipset restore <<< '${SETS}'`,
    load: `${tool}-nft-restore < $file`,
    list: `${tool}-nft-save`,
    clear: "nft flush ruleset",
  });
  for (const { text, accepted, message, listing } of answers) {
    const result = parse(text, family);
    const lost = result.coverage.notUnderstood > 0 || result.refused.length > 0;
    if (!accepted && !isMissingHere(message)) {
      const [first] = result.diagnostics;
      expect({ text, message, errors: errorsOf(result).length > 0 }).toMatchObject({
        errors: true,
      });
      expect({ text, help: first?.help, span: first?.span }).not.toMatchObject({ help: "" });
      continue;
    }
    /* The kernel refuses wrong places without a reason. */
    if (!accepted && errorsOf(result).length > 0) continue;
    expect({ text, message, lost, errors: errorsOf(result) }).toMatchObject({
      lost: false,
      errors: [],
    });
    if (!accepted) continue;
    const listed = parse(listing, family);
    expect({ text, listing, device: meaning(withoutIdleChains(listed.device)) }).toEqual({
      text,
      listing,
      device: meaning(withoutIdleChains(result.device)),
    });
  }
}

describeWith(["root", "nft", "iptables", "ipset"], "iptables and its parser take the same", () => {
  test("iptables", { timeout: 300_000 }, () => {
    compare(readLines("iptables.txt"), "iptables", "ip");
  });

  test("ip6tables", { timeout: 300_000 }, () => {
    compare(readLines("ip6tables.txt"), "ip6tables", "ip6");
  });
});
