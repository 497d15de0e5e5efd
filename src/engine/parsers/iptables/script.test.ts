import { expect, test } from "vitest";
import type { Device, ParseResult } from "../../device/device.ts";
import { parseIptables } from "./index.ts";
import { showStatements } from "./testing/show.ts";

interface Setting {
  readonly onto?: Device | null;
  readonly backend?: "nft" | "legacy";
  readonly noFlush?: boolean;
  readonly keepRefused?: boolean;
}

function restore(text: string, setting: Setting = {}): ParseResult {
  return parseIptables({
    files: new Map([["f", text]]),
    roots: ["f"],
    onto: null,
    keepRefused: false,
    ...setting,
  });
}

/** `table chain policy: rule | rule`, one line for each chain. */
function listing(result: ParseResult): string[] {
  return result.device.tables.flatMap((table) =>
    table.chains.map(({ name, base, rules }) => {
      const policy = base === null ? "-" : base.policy;
      const texts = rules.map(({ statements }) => showStatements(statements));
      return `${table.name} ${name} ${policy}: ${texts.join(" | ")}`;
    }),
  );
}

function codes(result: ParseResult): string[] {
  return result.diagnostics.map(({ code, span }) => `${code}:${span?.line}`);
}

const table = (...lines: readonly string[]) => `*filter\n${lines.join("\n")}\nCOMMIT\n`;

test("counters in front of rules and behind policies are nothing", () => {
  const result = restore(table(":FORWARD DROP [1:2]", "[5:300] -A FORWARD -i a -j ACCEPT"));
  expect(listing(result)).toEqual(["filter FORWARD drop: iifname = a; accept"]);
  expect(result.refused).toEqual([]);
});

test("-I puts in front or at a place, -D and -R work by number and by text", () => {
  const result = restore(
    table(
      "-A FORWARD -i a",
      "-I FORWARD -i b",
      "-I FORWARD 2 -i c",
      "-A FORWARD -i d",
      "-D FORWARD -i a",
      "-R FORWARD 3 -i e",
      "-D FORWARD 1",
    ),
  );
  expect(listing(result)).toEqual(["filter FORWARD accept: iifname = c | iifname = e"]);
});

test("several addresses inserted at once come in reverse order", () => {
  const result = restore(table("-A FORWARD -i a", "-I FORWARD -s 1.1.1.1,2.2.2.2"));
  expect(listing(result)).toEqual([
    "filter FORWARD accept: ip saddr = 2.2.2.2 | ip saddr = 1.1.1.1 | iifname = a",
  ]);
});

test("-N, -P, -F, -E and -X do what they do", () => {
  const result = restore(
    table(
      "-N A",
      "-N B",
      "-P FORWARD DROP",
      "-A A -j ACCEPT",
      "-A FORWARD -j A",
      "-F FORWARD",
      "-X A",
      "-E B C",
    ),
  );
  expect(listing(result)).toEqual(["filter FORWARD drop: ", "filter C -: "]);
});

test("a second chain line empties the chain", () => {
  const result = restore(table(":X -", "-A X -j DROP", ":X -"));
  expect(listing(result)).toEqual(["filter X -: "]);
});

test("the same table twice: the second replaces the first", () => {
  const result = restore(table("-A FORWARD -i a") + table("-A FORWARD -i b"));
  expect(listing(result)).toEqual(["filter FORWARD accept: iifname = b"]);
});

test("iptables-nft loses a policy that the file does not name, legacy keeps it", () => {
  const nft = restore(table(":FORWARD DROP"));
  expect(listing(restore(table("-A INPUT -j ACCEPT"), { onto: nft.device }))).toEqual([
    "filter INPUT accept: accept",
  ]);
  const legacy = restore(table(":FORWARD DROP"), { backend: "legacy" });
  const after = restore(table("-A INPUT -j ACCEPT"), { onto: legacy.device, backend: "legacy" });
  expect(listing(after)).toContain("filter FORWARD drop: ");
});

test("an empty table takes the old one away in iptables-nft", () => {
  const before = restore(table("-A FORWARD -j DROP"));
  expect(restore("*filter\nCOMMIT\n", { onto: before.device }).device.tables).toEqual([]);
});

test("without flush the new rules stand behind the old ones", () => {
  const before = restore(table(":FORWARD DROP", "-A FORWARD -i a"));
  const after = restore(table("-A FORWARD -i b"), { onto: before.device, noFlush: true });
  expect(listing(after)).toEqual(["filter FORWARD drop: iifname = a | iifname = b"]);
});

test("a table that the file does not name stays", () => {
  const before = restore("*mangle\n-A FORWARD -i a\nCOMMIT\n");
  const after = restore(table("-A FORWARD -i b"), { onto: before.device });
  expect(listing(after)).toEqual([
    "mangle FORWARD accept: iifname = a",
    "filter FORWARD accept: iifname = b",
  ]);
});

test("an error in the second table leaves the first applied", () => {
  const result = restore(`${table("-A FORWARD -i a")}*mangle\n-A NOSUCH -j DROP\nCOMMIT\n`);
  expect(listing(result)).toEqual(["filter FORWARD accept: iifname = a"]);
  expect(codes(result)).toEqual(["PM2008:5"]);
  expect(result.refused).toEqual(["f"]);
});

test("tables behind an error are not applied", () => {
  const result = restore(`${table("-A FORWARD -j NOSUCH")}*mangle\n-A FORWARD -i a\nCOMMIT\n`);
  expect(listing(result)).toEqual([]);
});

test("a refused file is applied as far as it was understood where that is asked", () => {
  const text = table("-A FORWARD -s ! 10.0.0.1 -j DROP", "-A FORWARD -j NOSUCH");
  expect(listing(restore(text, { keepRefused: true }))[0]).toMatch(
    /^filter FORWARD accept: ip saddr != 10.0.0.1; drop \|/,
  );
  expect(listing(restore(text))).toEqual([]);
});

test("the tables stand at the priorities of their back-end", () => {
  const names = ["raw", "mangle", "nat", "filter", "security"];
  const text = names.map((name) => `*${name}\n:OUTPUT ACCEPT\nCOMMIT\n`).join("");
  const places = (backend: "nft" | "legacy") =>
    restore(text, { backend })
      .device.tables.flatMap(({ chains }) => chains)
      .filter(({ name }) => name === "OUTPUT")
      .map(({ base }) => `${base?.type} ${base?.priority}`);
  expect(places("nft")).toEqual([
    "filter -300",
    "route -150",
    "nat -100",
    "filter 0",
    "filter 150",
  ]);
  expect(places("legacy")[4]).toBe("filter 50");
});

test("legacy registers all chains of a table, iptables-nft those that are named", () => {
  expect(listing(restore(table("-A FORWARD -i a"), { backend: "legacy" }))).toHaveLength(3);
  expect(listing(restore(table("-A FORWARD -i a")))).toHaveLength(1);
});

test("a restore registers the chains of iptables-nft anew, those of legacy stay", () => {
  for (const backend of ["nft", "legacy"] as const) {
    const before = restore(table(":FORWARD DROP"), { backend });
    const after = restore(table(":FORWARD DROP"), { backend, onto: before.device });
    const [one, two] = [before, after].map(
      ({ device }) => device.tables[0]?.chains.find(({ name }) => name === "FORWARD")?.base,
    );
    expect((two?.registered ?? 0) > (one?.registered ?? 0)).toBe(backend === "nft");
  }
});

test("the header tells family and back-end", () => {
  const result = restore(
    "# Generated by ip6tables-save v1.8.9 (legacy) on Mon\n*filter\n:INPUT DROP [0:0]\nCOMMIT\n",
  );
  expect(result.device.tables[0]).toMatchObject({ family: "ip6", origin: "iptables-legacy" });
});

test("without a header addresses tell the family", () => {
  expect(restore(table("-A INPUT -s 2001:db8::1 -j DROP")).device.tables[0]?.family).toBe("ip6");
  expect(restore(table("-A INPUT -s 10.0.0.1 -j DROP")).device.tables[0]?.family).toBe("ip");
});

test("a rule keeps its line, its text and its comment", () => {
  const result = restore(table('-A INPUT -m comment --comment "a \\"b\\" c" -j DROP'));
  expect(result.device.tables[0]?.chains[0]?.rules[0]).toMatchObject({
    text: '-A INPUT -m comment --comment "a \\"b\\" c" -j DROP',
    comment: 'a "b" c',
    span: { file: "f", line: 2, column: 1, endLine: 2, endColumn: 50 },
  });
});

test("every line is in exactly one state", () => {
  const { coverage, opaqueFeatures } = restore(
    table(
      ":FORWARD ACCEPT",
      "# no line",
      "",
      "-A FORWARD -i a -j DROP",
      "-A FORWARD -m limit --limit 3/min -j LOG",
      "-A FORWARD -m recent --set",
      "-A FORWARD -m time --monthdays 1 -j DROP",
      "-A FORWARD --nonsense -j DROP",
    ),
    { keepRefused: true },
  );
  expect(coverage).toEqual({ lines: 8, modelled: 5, harmless: 1, opaque: 1, notUnderstood: 1 });
  expect([...opaqueFeatures]).toEqual([["-m time", 1]]);
});

test("a set that rules write is dynamic", () => {
  const ipset = {
    kind: "set",
    name: "s",
    keyTypes: ["ipv4_addr"],
    keyWidths: [32],
    dataType: null,
    interval: true,
    dynamic: false,
    size: null,
    defaultTimeoutMs: null,
    elements: [],
    elementStatements: [],
    ipset: { type: "hash:ip", family: "ip", netmask: null, members: [] },
    span: { file: "s", line: 1, column: 1, endLine: 1, endColumn: 1 },
  } as const;
  const onto: Device = { tables: [], ipsets: new Map([["s", ipset]]) };
  const result = restore(table("-A FORWARD -j SET --add-set s src"), { onto });
  expect(result.device.ipsets.get("s")?.dynamic).toBe(true);
  expect(result.diagnostics).toEqual([]);
});

const chainOf = (count: number) => {
  const names = Array.from({ length: count }, (_, i) => `C${i}`);
  const lines = names.map((name) => `:${name} - [0:0]`);
  const jumps = names.map((name, i) => `-A ${i === 0 ? "FORWARD" : `C${i - 1}`} -j ${name}`);
  return table(...lines, ...jumps);
};

/** What iptables-nft-restore 1.8.9 refuses, with the line that it is told at. */
const REFUSED: readonly (readonly [string, string, string])[] = [
  ["text in front of a table", `prose\n${table()}`, "PM2002:1"],
  ["a blank in front of the star", " *filter\nCOMMIT\n", "PM2002:1"],
  ["carriage returns", "*filter\r\nCOMMIT\r\n", "PM2003:1"],
  ["a missing COMMIT", "*filter\n:INPUT DROP\n", "PM2004:2"],
  ["a second table before COMMIT", `*mangle\n${table()}`, "PM2004:2"],
  ["a blank behind COMMIT", "*filter\nCOMMIT \n", "PM2004:2"],
  ["an unknown table", "*foo\nCOMMIT\n", "PM2005:1"],
  ["a chain line without policy", table(":X"), "PM2006:2"],
  ["a policy that is none", table(":INPUT REJECT"), "PM2006:2"],
  ["a chain with the name of a target", table(":ACCEPT -"), "PM2007:2"],
  ["a chain name of 29 letters", table(`:${"x".repeat(29)} -`), "PM2007:2"],
  ["a chain used before its line", table("-A FORWARD -j X", ":X -"), "PM2008:2"],
  ["a line of blanks", table("  "), "PM2015:2"],
  ["a line without command", table("-i a -j DROP"), "PM2015:2"],
  ["a circle of chains", table(":X -", "-A X -j X", "-A FORWARD -j X"), "PM2021:2"],
  ["16 chains below a built-in one", chainOf(16), "PM2021:18"],
  ["-D of a rule that is not there", table("-D FORWARD -j DROP"), "PM2022:2"],
  ["-D of a number that is not there", table("-D FORWARD 1"), "PM2022:2"],
  ["-I behind the end", table("-I FORWARD 2 -j DROP"), "PM2022:2"],
  ["two commands in one line", table("-A FORWARD -D INPUT"), "PM2013:2"],
  ["-X of a chain in use", table(":X -", "-A FORWARD -j X", "-X X"), "PM2007:4"],
  [
    "a word of 1024 letters",
    table(`-A FORWARD -m comment --comment ${"x".repeat(1024)}`),
    "PM2025:2",
  ],
];

for (const [what, text, code] of REFUSED)
  test(`${what}: refused`, () => {
    const result = restore(text);
    expect(codes(result)).toContain(code);
    expect(result.refused).toEqual(["f"]);
  });

/** The nearest of them that are taken. */
const TAKEN: readonly (readonly [string, string, ("nft" | "legacy")?])[] = [
  ["COMMIT without a newline", "*filter\nCOMMIT"],
  ["a rule line that is indented", table("  -A FORWARD -j DROP")],
  ["a user chain with a policy, in iptables-nft", table(":X ACCEPT")],
  ["a circle that no packet reaches", table(":X -", "-A X -j X")],
  ["15 chains below a built-in one", chainOf(15)],
  ["16 chains, in legacy", chainOf(16), "legacy"],
  ["the policy `-` of a built-in chain", table(":FORWARD -")],
  ["a word of 1023 letters", table(`-A FORWARD -m comment --comment ${"x".repeat(1023)}`)],
  ["a rule for the other family", table("-6 -A FORWARD -p udp -j DROP", "-A FORWARD -s 1.1.1.1")],
];

for (const [what, text, backend] of TAKEN)
  test(`${what}: taken`, () => {
    expect(codes(restore(text, { backend: backend ?? "nft" }))).toEqual([]);
  });

test("legacy refuses a policy for a user chain, and COMMIT without a newline", () => {
  expect(codes(restore(table(":X ACCEPT"), { backend: "legacy" }))).toEqual(["PM2006:2"]);
  expect(codes(restore("*filter\nCOMMIT", { backend: "legacy" }))).toEqual(["PM2004:2"]);
});
