import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseNft, RuleMemory } from "./index.ts";
import { MAXIMUM_DIAGNOSTICS } from "./state.ts";

const CORPUS = "../shared/corpus/nftables";

/** Rulesets of others, and our own examples where those are not here. */
function texts(): readonly (readonly [string, string])[] {
  const folder = existsSync(CORPUS) ? CORPUS : "examples";
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(nft|conf|rules)$/.test(name))
    .map((name): readonly [string, string] => [name, readFileSync(`${folder}/${name}`, "utf8")]);
}

function read(text: string, memory: RuleMemory | null): unknown {
  const input = { files: new Map([["f", text]]), roots: ["f"], onto: null, keepRefused: true };
  return parseNft(input, memory);
}

/** Edits that move what stands behind them, and one that moves nothing. */
const EDITS: readonly (readonly [string, (text: string) => string])[] = [
  ["none", (text) => text],
  ["a line in front", (text) => `# one more\n${text}`],
  ["all of it a blank to the right", (text) => text.replace(/^/gm, " ")],
  ["the same once more", (text) => `${text}\n${text}`],
];

test.each(EDITS)(
  "with what was read before, a text says the same as without it: %s",
  (_, edit) => {
    const all = texts();
    expect(all.length).toBeGreaterThan(3);
    for (const [name, text] of all) {
      const memory = new RuleMemory();
      read(text, memory);
      const edited = edit(text);
      expect(read(edited, memory), name).toEqual(read(edited, null));
    }
  },
  120_000,
);

const table = (rule: string, more = "") => `table inet t {
 ${more}
 chain c {
  type filter hook input priority 0; policy accept;
  ${rule}
 }
}
`;

test.each([
  ["a set", "ip saddr @known drop", "set known { type ipv4_addr; }"],
  ["a variable", "ip saddr $known drop", "define known = 10.0.0.1"],
  ["a chain", "ip saddr 10.0.0.1 jump known", "chain known { }"],
  ["a counter", 'ip saddr 10.0.0.1 counter name "known"', "counter known { }"],
  ["a limiter", "ip saddr 10.0.0.1 limit name known accept", "limit known { rate 1/second; }"],
])("a rule that names %s is refused once it has gone", (_, rule, more) => {
  const memory = new RuleMemory();
  expect(read(table(rule, more), memory)).toMatchObject({ refused: [] });
  expect(read(table(rule), memory)).toMatchObject({ refused: ["f"] });
});

test.each([
  ["a form feed", "ip saddr 10.0.0.1\fdrop"],
  ["a hard blank", "ip saddr 10.0.0.1 drop\u00a0"],
  ["a carriage return", "ip saddr 10.0.0.1\rdrop"],
])("a blank that nft refuses is refused each time: %s", (_, rule) => {
  const memory = new RuleMemory();
  expect(read(table("ip saddr 10.0.0.1 drop"), memory)).toMatchObject({ refused: [] });
  for (const _ of ["first", "again"])
    expect(read(table(rule), memory)).toEqual(read(table(rule), null));
  expect(read(table(rule), memory)).toMatchObject({ refused: ["f"] });
});

test("a warning that there was no room for is told once there is room", () => {
  const memory = new RuleMemory();
  const late = "tcp dport sftp accept";
  const crowd = Array.from({ length: MAXIMUM_DIAGNOSTICS }, () => "tcp dport irc accept");
  read(table([...crowd, late].join("\n")), memory);
  expect(read(table(late), memory)).toEqual(read(table(late), null));
});

test("a rule of one family is not taken for one of another", () => {
  const memory = new RuleMemory();
  const rule = "ip saddr 10.0.0.1 accept";
  const other = table(rule).replace("inet", "ip6");
  read(table(rule), memory);
  expect(read(other, memory)).toEqual(read(other, null));
});

test("statements of a line that is still the same are the same objects", () => {
  const memory = new RuleMemory();
  const rule = "tcp dport { 80, 443 } accept";
  const statements = (text: string) => {
    const input = { files: new Map([["f", text]]), roots: ["f"], onto: null, keepRefused: false };
    return parseNft(input, memory).device.tables[0]?.chains[0]?.rules[0]?.statements;
  };
  const before = statements(table(`${rule}\n  drop`));
  expect(statements(table(`${rule}\n  ip saddr 10.0.0.1 drop`))).toBe(before);
});
