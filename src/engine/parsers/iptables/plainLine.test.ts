import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseIptables } from "./index.ts";
import { LineMemory } from "./lineMemory.ts";
import { readPlainLine } from "./plainLine.ts";

/*
 * Each line is read twice: as it is, and with two blanks before its target, which leaves it to the modules. What a
 * rule says must be the same.
 */

const TABLES = ["filter", "mangle", "raw", "nat"];

function read(table: string, lines: readonly string[], memory: LineMemory | null = null) {
  const chains = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]
    .map((name) => `:${name} ACCEPT [0:0]\n`)
    .join("");
  const text = `*${table}\n${chains}:user - [0:0]\n${lines.join("\n")}\nCOMMIT\n`;
  const files = new Map([["rules", text]]);
  const input = { files, roots: ["rules"], onto: null, keepRefused: true, memory };
  return parseIptables({ ...input, family: "ip", backend: "nft" });
}

/** All but texts and columns. */
function meaning(table: string, lines: readonly string[]) {
  const { device, diagnostics, coverage, opaqueFeatures, refused } = read(table, lines);
  const rules = device.tables.flatMap(({ chains }) =>
    chains.map(({ name, rules }) => [
      name,
      rules.map(({ text: _, span, ...rule }) => [rule, span.line]),
    ]),
  );
  const told = diagnostics.map(({ code, message, span }) => [code, message, span?.line]);
  return { rules, told, coverage, opaqueFeatures, refused };
}

const address = fc.constantFrom(
  ...["10.0.0.0/8", "192.0.2.7/32", "192.0.2.7", "10.1.2.3/8", "0.0.0.0/0", "10.0.0.0/255.0.0.0"],
  ...["256.0.0.1", "10.0.0.1,10.0.0.2", "mail.example.org", "010.0.0.1", "1.2.3.4/33", "::1/128"],
);
const ports = fc.constantFrom(
  ...["25", "0", "65535", "65536", "1:20", "20:1", ":20", "20:", "0:65535", "ssh", "0x19", "025"],
);
const option = fc.oneof(
  fc.tuple(fc.constantFrom("-s", "-d"), address).map((words) => words.join(" ")),
  fc
    .tuple(fc.constantFrom("-i", "-o"), fc.constantFrom("eth0", "eth1.97", "eth+", "+", "lo"))
    .map((words) => words.join(" ")),
  fc.tuple(fc.constantFrom("--sport", "--dport"), ports).map((words) => words.join(" ")),
  fc
    .tuple(
      fc.constantFrom("tcp", "tcp", "udp", "all", "6"),
      fc.constantFrom("--sport", "--dport"),
      ports,
    )
    .map(([protocol, side, value]) => `-p ${protocol} -m ${protocol} ${side} ${value}`),
  fc.constantFrom("-p tcp", "-p udp -m udp", "-m tcp", "! -s 10.0.0.1", "-m state --state NEW"),
  fc.constantFrom("-m comment --comment x", "-f", "-m multiport --dports 25,80"),
);
const target = fc.constantFrom(
  ...["ACCEPT", "ACCEPT", "DROP", "RETURN", "user", "LOG", "REJECT", "QUEUE", "NONE", "accept"],
);
const chain = fc.constantFrom(
  "FORWARD",
  "FORWARD",
  "INPUT",
  "OUTPUT",
  "PREROUTING",
  "user",
  "none",
);
const line = fc
  .tuple(
    chain,
    fc.array(option, { maxLength: 4 }),
    target,
    fc.constantFrom("", "", "", " -4", " -s"),
  )
  .map(([name, options, verdict, rest]) =>
    ["-A", name, ...options, "-j", `${verdict}${rest}`].join(" "),
  );

test("a plain line says what the modules read in it, in every table", () => {
  let plain = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...TABLES),
      fc.array(line, { minLength: 1, maxLength: 5 }),
      (table, lines) => {
        plain += lines.filter((text) => readPlainLine(text, table) !== null).length;
        const slow = lines.map((text) => text.replace(" -j ", " -j  "));
        expect(meaning(table, lines)).toEqual(meaning(table, slow));
      },
    ),
    { numRuns: 1_500 },
  );
  expect(plain).toBeGreaterThan(100);
});

const edited = fc.oneof(
  line,
  line,
  fc.constantFrom(":user - [0:0]", ":other - [0:0]", "-A FORWARD -j other", "-A FORWARD -g user"),
  fc.constantFrom(
    "-X other",
    "-F FORWARD",
    "-N other",
    "-A FORWARD -m set --match-set s src -j DROP",
  ),
  fc.constantFrom(
    "[3:5] -A INPUT -j ACCEPT",
    "-A INPUT -m limit --limit 3/min -j ACCEPT",
    "-E user x",
  ),
);

test("a file says the same with a memory of its lines, in every line", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TABLES),
      fc.array(fc.array(edited, { maxLength: 6 }), { minLength: 2, maxLength: 4 }),
      (table, files) => {
        const memory = new LineMemory();
        for (const lines of files) expect(read(table, lines, memory)).toEqual(read(table, lines));
      },
    ),
    { numRuns: 500 },
  );
});

describe("what is read in one go", () => {
  test.each([
    "-A FORWARD -s 10.0.0.0/8 -d 192.0.2.1/32 -i eth0 -p tcp -m tcp --dport 25 -j ACCEPT",
    "-A user -p udp -m udp --sport 53 --dport 1024:65535 -j RETURN",
    "-A FORWARD -j DROP",
  ])("%s", (text) => expect(readPlainLine(text, "filter")).not.toBeNull());
});

describe("what is left to the modules", () => {
  test.each([
    "-A FORWARD -s 10.0.0.7/8 -p tcp --dport 25 -j ACCEPT",
    "-A OUTPUT -i eth0 -j ACCEPT",
    "-A FORWARD -p tcp -m udp --dport 25 -j ACCEPT",
    "-A FORWARD -j LOG",
    "-I FORWARD -j DROP",
  ])("%s", (text) => expect(readPlainLine(text, "filter")).toBeNull());
});
