import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TableFamily } from "../../device/device.ts";
import { parseNft } from "./index.ts";
import { readPlainLine } from "./plainLine.ts";

/*
 * Each line is read twice: as it is, and with a blank at its end, which leaves it to the grammar. What a rule says
 * must be the same.
 */

const FAMILIES: readonly TableFamily[] = ["ip", "ip6", "inet", "bridge", "netdev"];

function scriptOf(family: TableFamily, lines: readonly string[], end: string): string {
  const hook = family === "netdev" ? "ingress device eth0" : "forward";
  const rules = lines.map((line) => `\t\t${line}${end}\n`).join("");
  return `table ${family} t {\n\tchain c {\n\t\ttype filter hook ${hook} priority 0;\n${rules}\t}\n}\n`;
}

function readBoth(family: TableFamily, lines: readonly string[]) {
  const [plain, general] = ["", " "].map((end) => {
    const files = new Map([["rules", scriptOf(family, lines, end)]]);
    const { diagnostics, ...read } = parseNft({
      files,
      roots: ["rules"],
      onto: null,
      keepRefused: true,
    });
    /* The end of the line stands one column further. */
    return {
      ...read,
      told: diagnostics.map(({ code, message, span }) => [code, message, span?.line]),
    };
  });
  return { plain, general };
}

const octet = fc.oneof(fc.nat({ max: 255 }), fc.constantFrom("00", "010", "256", "1000", ""));
const address = fc
  .tuple(octet, octet, octet, octet)
  .map((octets) => octets.join("."))
  .chain((text) => fc.constantFrom(text, `${text}.`, `${text}.1`, "10.0.0", "localhost", "::1"));
const length = fc.oneof(
  fc.nat({ max: 34 }).map((bits) => `/${bits}`),
  fc.constantFrom("", "", "/", "/08", "/8/8", "-10.0.0.9", "/255.0.0.0"),
);
const network = fc.tuple(address, length).map((parts) => parts.join(""));
const port = fc.oneof(
  fc.nat({ max: 70_000 }).map(String),
  fc.tuple(fc.nat({ max: 66_000 }), fc.nat({ max: 66_000 })).map((ends) => ends.join("-")),
  fc.constantFrom("ssh", "0x19", "080", "25-", "-25", "{ 25, 80 }", "!= 25", "25 - 30"),
);
const field = fc.constantFrom("saddr", "daddr", "sport", "dport", "ttl");
const piece = fc.oneof(
  fc.tuple(fc.constantFrom("ip", "ip", "ip6"), field, network).map((parts) => parts.join(" ")),
  fc.tuple(fc.constantFrom("tcp", "udp", "th"), field, port).map((parts) => parts.join(" ")),
  fc.constantFrom(
    ...['iifname "eth0"', 'oifname "eth1.97"', 'iifname "eth*"', 'oifname ""', "iifname eth0"],
    ...['iifname "sixteen-or-more-characters"', "iif lo", "counter", "counter packets 5 bytes 60"],
    ...["counter name web", "counter packets 5", "counter packets x bytes y", "ct state new"],
    ...["meta l4proto tcp", "ip protocol udp", "limit rate 3/minute", 'log prefix "x "'],
  ),
);
const end = fc.constantFrom(
  ...["accept", "accept", "drop", "return", "continue", "jump other", "reject", "", "accept drop"],
  ...['accept comment "mail  for us"', 'drop comment "a" "b"', "accept comment", "accept counter"],
  ...[
    'comment "first" accept',
    "accept;",
    "accept # why",
    'accept comment "a;b"',
    "dnat to 10.0.0.1",
  ],
);
const blank = fc.constantFrom(" ", " ", " ", " ", " ", "  ", "\t");
const rule = fc
  .tuple(fc.array(piece, { maxLength: 4 }), end, blank)
  .map(([pieces, last, between]) => [...pieces, last].filter((word) => word !== "").join(between));

test("a plain line says what the grammar reads in it, in tables of every family", () => {
  let plain = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...FAMILIES),
      fc.array(rule, { minLength: 1, maxLength: 5 }),
      (family, rules) => {
        plain += rules.filter((text) => readPlainLine(text, family) !== null).length;
        const both = readBoth(family, rules);
        expect(both.plain).toEqual(both.general);
      },
    ),
    { numRuns: 1_500 },
  );
  expect(plain).toBeGreaterThan(100);
});

describe("what is read in one go", () => {
  test.each([
    "ip saddr 10.0.0.0/8 tcp dport 25 accept",
    'iifname "eth0" oifname "eth1" udp sport 53 udp dport 1024-65535 return',
    'ip daddr 192.0.2.1 counter packets 0 bytes 0 drop comment "not us"',
    "accept",
  ])("%s", (text) => expect(readPlainLine(text, "inet")).not.toBeNull());
});

describe("what is left to the grammar", () => {
  test.each([
    "tcp dport 25 udp dport 25 accept",
    "tcp dport { 25, 80 } accept",
    "ip saddr 10.0.0.256 accept",
    "tcp dport 30-25 accept",
    "accept drop",
    "tcp dport 25",
    "",
  ])("%s", (text) => expect(readPlainLine(text, "inet")).toBeNull());
});
