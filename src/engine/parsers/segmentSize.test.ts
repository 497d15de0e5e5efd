import { expect, test } from "vitest";
import type { LineState } from "../device/device.ts";
import type { Dialect } from "./detectDialect.ts";
import { readDevice } from "./readDevice.ts";

const CLAMP = "tcp flags syn tcp option maxseg size set rt mtu";
const XT_CLAMP = "-A FORWARD -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu";

/** What each line of a chain is counted as, one letter each. */
const CASES: readonly (readonly [
  name: string,
  dialect: Dialect,
  rules: readonly string[],
  state: LineState,
])[] = [
  ["a clamp that nobody reads", "nft", [CLAMP], "modelled"],
  ["beside another option", "nft", [CLAMP, "tcp option window count 3 drop"], "modelled"],
  ["beside raw bytes of the ports", "nft", [CLAMP, "@th,0,160 0 drop"], "modelled"],
  ["read by a match", "nft", [CLAMP, "tcp option maxseg size < 500 drop"], "opaque"],
  ["asked whether it is there", "nft", [CLAMP, "tcp option maxseg exists drop"], "opaque"],
  ["read by a map", "nft", [CLAMP, "tcp option maxseg size vmap { 500 : drop }"], "opaque"],
  ["read by raw bytes of the options", "nft", [CLAMP, "@th,160,32 0 drop"], "opaque"],
  ["TCPMSS", "iptables", [XT_CLAMP], "modelled"],
  [
    "TCPMSS and a match of it",
    "iptables",
    [XT_CLAMP, "-A FORWARD -p tcp -m tcpmss --mss 1:500 -j DROP"],
    "opaque",
  ],
];

test.each(CASES)("%s", (_name, dialect, rules, state) => {
  const text =
    dialect === "nft"
      ? `table inet t {\nchain c {\n${rules.join("\n")}\n}\n}\n`
      : `*filter\n${rules.join("\n")}\nCOMMIT\n`;
  const { device, coverage } = readDevice({ files: new Map([["f", text]]), roots: ["f"], dialect });
  const chains = device.tables.flatMap((table) => table.chains);
  expect(chains.flatMap((chain) => chain.rules)[0]?.state).toBe(state);
  expect(coverage.opaque).toBe(state === "opaque" ? 1 : 0);
  expect(coverage.notUnderstood).toBe(0);
});
