import { expect, test } from "vitest";
import type { Device } from "../device/device.ts";
import { compareDevices } from "./index.ts";
import { forward } from "./testing/rulesets.ts";

/* Networks that meet in many ways: the more of a header is open, the more nodes they take. */
const RULES = Array.from({ length: 60 }, (_, i) => {
  const protocol = i % 20 === 0 ? "udp" : "tcp";
  return `ip saddr 10.${(i * 37) % 64}.0.0/${10 + (i % 9)} ip daddr 172.${(i * 11) % 32}.0.0/${11 + (i % 7)} ${protocol} dport ${(i * 613) % 4000}-${4000 + i} drop`;
});

const sides = [RULES, RULES.with(30, "udp dport 5000 drop")].map((rules) =>
  forward(rules.join("\n")),
) as [Device, Device];

/* Nearly all of these rules make no difference; without them nothing here is big. */
test("what is too big at once is compared in parts", () => {
  const { equal, reasons, classes } = compareDevices(...sides, {
    nodeLimit: 14_000,
    keepsBystanders: true,
  });
  expect({ equal, reasons }).toEqual({ equal: false, reasons: [] });
  expect(classes.map(({ size }) => [size.ip !== "0", size.ip6 !== "0"])).toEqual([
    [true, false],
    [false, true],
  ]);
});

test("parts that are too big by themselves are named", () => {
  const { equal, reasons } = compareDevices(...sides, {
    nodeLimit: 8_000,
    keepsBystanders: true,
  });
  expect(equal).toBe("undecided");
  expect(reasons).toContain(
    "forward, IPv4 udp to the ports 1024-32767, was not analysed: more than 8000 nodes",
  );
  expect(reasons.join()).not.toContain("other protocols");
});
