import { describe, expect, test } from "vitest";
import { formatIpv4, formatIpv6 } from "../../engine/base/address.ts";
import type { Addresses, FlowPattern } from "../../engine/intents/model.ts";
import { planIntent } from "./flows.ts";
import { parseNetwork } from "./networkFile.ts";

const BASE = `devices:
  fw: { reach: local, addresses: [10.0.0.1, "2001:db8::1"] }
  fw2: { reach: local }
  mail1: { reach: local, addresses: 10.0.1.11 }
  desk: { reach: local, addresses: 10.0.0.5 }
zones:
  lan: { device: fw, interfaces: [lan0, lan1], addresses: [10.0.0.0/24, "2001:db8::/64"] }
  dmz: { device: fw, interfaces: dmz, addresses: 10.0.1.0/24 }
  wan: { device: fw, interfaces: wan, addresses: internet }
  far: { device: fw2, interfaces: far, addresses: 10.9.0.0/24 }
roles:
  mail: [10.0.1.11, 10.0.1.12]
  both: [10.0.0.5, 10.0.1.5]
  split: [10.0.1.5, 10.9.0.5]
  lost: [10.0.1.5, 172.16.0.1]
  six: "2001:db8::5"
intents:
`;

/** The flows of one intent, each as `device path from>to`, then what could not be planned. */
function plan(from: string, to: string, expected = "reachable"): readonly string[] {
  const { network, diagnostics } = parseNetwork(
    "n",
    `${BASE}  i: { from: ${from}, to: ${to}, service: smtp, expect: ${expected} }`,
  );
  expect(diagnostics).toEqual([]);
  const [intent] = network?.intents ?? [];
  if (network === null || intent === undefined) throw new Error("no intent");
  const { byDevice, problems } = planIntent(network, intent);
  const flows = [...byDevice].flatMap(([device, { flows: all }]) =>
    all.map(
      (one) =>
        `${device} ${one.path} ${short(one.from.addresses)} > ${short(one.to.addresses)}${isOpen(one) ? " unknown" : ""}`,
    ),
  );
  return [...flows, ...problems.map(({ code }) => code)];
}

function isOpen({ from, to }: FlowPattern): boolean {
  return from.interfaces === "unknown" || to.interfaces === "unknown";
}

function short(addresses: Addresses): string {
  const words = [...addresses].flatMap(([family, ranges]) =>
    ranges.slice(0, 1).map(({ from }) => (family === "ip" ? formatIpv4(from) : formatIpv6(from))),
  );
  return words.join(",");
}

describe("an intent asks of the device in between", () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["lan", "dmz", ["fw forward 10.0.0.0,2001:db8:: > 10.0.1.0"]],
    [
      "mail",
      "wan",
      ["fw forward 10.0.1.11 > 1.0.0.0,2000::", "mail1 output 10.0.1.11 > 1.0.0.0,2000:: unknown"],
    ],
    ["lan", "fw", ["fw input 10.0.0.0,2001:db8:: > 10.0.0.1,2001:db8::1"]],
    ["fw", "dmz", ["fw output 10.0.0.1,2001:db8::1 > 10.0.1.0"]],
    [
      "both",
      "wan",
      [
        "fw forward 10.0.0.5 > 1.0.0.0,2000::",
        "fw forward 10.0.1.5 > 1.0.0.0,2000::",
        "desk output 10.0.0.5 > 1.0.0.0,2000:: unknown",
      ],
    ],
    ["mail", "dmz", ["mail1 output 10.0.1.11 > 10.0.1.0 unknown", "PM5008"]],
    [
      "mail",
      "mail",
      [
        "mail1 output 10.0.1.11 > 10.0.1.12 unknown",
        "mail1 input 10.0.1.12 > 10.0.1.11 unknown",
        "PM5008",
      ],
    ],
    ["lan", "far", ["PM5008"]],
    ["fw", "far", ["fw output 10.0.0.1,2001:db8::1 > 10.9.0.0 unknown", "PM5008"]],
    [
      "mail1",
      "lan",
      [
        "fw forward 10.0.1.11 > 10.0.0.0,2001:db8::",
        "mail1 output 10.0.1.11 > 10.0.0.0,2001:db8:: unknown",
      ],
    ],
    [
      "lan",
      "mail1",
      [
        "fw forward 10.0.0.0,2001:db8:: > 10.0.1.11",
        "mail1 input 10.0.0.0,2001:db8:: > 10.0.1.11 unknown",
      ],
    ],
    [
      "desk",
      "mail1",
      [
        "fw forward 10.0.0.5 > 10.0.1.11",
        "desk output 10.0.0.5 > 10.0.1.11 unknown",
        "mail1 input 10.0.0.5 > 10.0.1.11 unknown",
      ],
    ],
    ["six", "dmz", ["PM5010"]],
    ["split", "lan", ["fw forward 10.0.1.5 > 10.0.0.0,2001:db8::", "PM5008"]],
    ["lan", "split", ["fw forward 10.0.0.0,2001:db8:: > 10.0.1.5", "PM5008"]],
    ["both", "dmz", ["fw forward 10.0.0.5 > 10.0.1.0", "desk output 10.0.0.5 > 10.0.1.0 unknown"]],
    ["lost", "lan", ["fw forward 10.0.1.5 > 10.0.0.0,2001:db8::", "PM5006"]],
  ];
  test.each(cases)("%s → %s", (from, to, expected) => {
    expect(plan(from, to)).toEqual(expected);
  });
});

test("of what shall be blocked nothing is asked of the ends", () => {
  expect(plan("lan", "mail1", "blocked")).toEqual(["fw forward 10.0.0.0,2001:db8:: > 10.0.1.11"]);
});

test("a host that is known by its name only has flows that nobody can judge", () => {
  const { network } = parseNetwork("n", `${BASE}  i: { from: lan, to: dmz, service: smtp }`);
  const [intent] = network?.intents ?? [];
  if (network === null || intent === undefined) throw new Error("no intent");
  const { byDevice, problems } = planIntent(network, { ...intent, to: "db.internal" });
  expect([...byDevice]).toEqual([]);
  expect(problems.map(({ message }) => message)).toEqual([
    "`db.internal` is no name of the network file, and no address",
  ]);
});
