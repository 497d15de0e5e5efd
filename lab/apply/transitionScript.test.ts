import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ListedTable,
  readListing,
  withoutLiveElements,
} from "../../src/operations/apply/listing.ts";
import { transitionScript } from "../../src/operations/apply/script.ts";
import { describeWith } from "../../test/requirements.ts";
import { randomFiles } from "../judgeAll.ts";

/*
 * The script from one state to another, run by the kernel in an empty namespace: what it comes to is the
 * listing that loading the other afresh gives, and what live sets hold is still there.
 */

const PAIRS = 40;
const LONG_MS = 120_000;

let folder = "";
const file = (name: string) => join(folder, name);

/** Runs shell commands in a network namespace of their own. */
function inside(script: string): string {
  return execFileSync("unshare", ["-n", "sh", "-ec", script], { encoding: "utf8", stdio: "pipe" });
}

function listingOf(ruleset: string): string {
  writeFileSync(file("one"), ruleset);
  return inside(`nft -f ${file("one")}; nft -s list ruleset`);
}

function read(listing: string): readonly ListedTable[] {
  const tables = readListing(listing);
  if (tables === null) throw new Error(`no listing: ${listing}`);
  return tables;
}

function isTaken(ruleset: string): boolean {
  try {
    listingOf(ruleset);
    return true;
  } catch {
    return false;
  }
}

/** What the kernel has after `before`, further commands, and the script to `after`. */
function transit(before: string, after: string, commands = ""): string {
  const script = transitionScript(read(listingOf(before)), read(listingOf(after)));
  writeFileSync(file("before"), before);
  writeFileSync(file("commands"), commands);
  writeFileSync(file("script"), script);
  return inside(
    ["before", "commands", "script"].map((name) => `nft -f ${file(name)}`).join("; ") +
      "; nft -s list ruleset",
  );
}

/** Chains stand where they were made first: the order is no part of the meaning. */
function sorted(listing: string): readonly ListedTable[] {
  const name = ({ kind, name: own }: ListedTable["blocks"][number]) => `${kind} ${own}`;
  return [...withoutLiveElements(read(listing))]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((table) => ({
      ...table,
      blocks: [...table.blocks].sort((a, b) => (name(a) < name(b) ? -1 : 1)),
    }));
}

const table = (body: string) => `table inet edge {\n${body}\n}\n`;
const FORWARD = "type filter hook forward priority 0;";
const BANS = "set bans { type ipv4_addr; flags timeout; }";
const BAN = "add element inet edge bans { 192.0.2.66 timeout 1h }\n";

const CHANGES: readonly (readonly [string, string, string])[] = [
  [
    "a rule",
    `chain f { ${FORWARD}\n tcp dport 1 drop\n}`,
    `chain f { ${FORWARD}\n tcp dport 2 drop\n}`,
  ],
  ["the policy", `chain f { ${FORWARD} policy drop\n}`, `chain f { ${FORWARD} policy accept\n}`],
  ["the priority", `chain f { ${FORWARD}\n}`, "chain f { type filter hook forward priority 5;\n}"],
  [
    "a chain that is jumped to",
    `chain a { drop\n}\nchain f { jump a\n}`,
    "chain b { drop\n}\nchain f { jump b\n}",
  ],
  [
    "a chain behind a verdict map",
    "chain a { drop\n}\nmap m { type inet_service : verdict; elements = { 1 : jump a } }\nchain f { tcp dport vmap @m\n}",
    "chain b { drop\n}\nmap m { type inet_service : verdict; elements = { 1 : jump b } }\nchain f { tcp dport vmap @m\n}",
  ],
  [
    "elements",
    "set s { type inet_service; elements = { 1, 2 } }",
    "set s { type inet_service; elements = { 2, 3 } }",
  ],
  [
    "elements to none",
    "set s { type inet_service; elements = { 1 } }",
    "set s { type inet_service; }",
  ],
  [
    "the type of a set",
    "set s { type inet_service; }\nchain f { tcp dport @s\n}",
    "set s { type ipv4_addr; }\nchain f { ip saddr @s\n}",
  ],
  [
    "a limit",
    "limit l { rate 1/second }\nchain f { limit name l\n}",
    "limit l { rate 2/second }\nchain f { limit name l\n}",
  ],
  [
    "an object behind a map",
    'counter c { }\nmap m { type inet_service : counter; elements = { 1 : "c" } }\nchain f { counter name tcp dport map @m\n}',
    'counter d { }\nmap m { type inet_service : counter; elements = { 1 : "d" } }\nchain f { counter name tcp dport map @m\n}',
  ],
  [
    "a rule with a chain without a name",
    `chain f { ${FORWARD}\n tcp dport 1 jump { ip saddr 192.0.2.1 accept; drop; }\n}`,
    `chain f { comment "x"; ${FORWARD}\n tcp dport 2 jump { drop; }\n}`,
  ],
  ["everything to nothing", `${BANS}\nchain f { ${FORWARD}\n}`, ""],
];

describeWith(["root", "nft"], "a script from one state to another", () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "premortem-script-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe("changes", () => {
    test.each(CHANGES)("%s", (_name, before, after) => {
      for (const [from, to] of [
        [before, after],
        [after, before],
      ] as const)
        expect(sorted(transit(table(from), table(to)))).toEqual(sorted(listingOf(table(to))));
    });
  });

  test("keeps bans, and the values of counters", () => {
    const before = table(
      `${BANS}\ncounter c { packets 7 bytes 70; }\nchain f { ${FORWARD}\n ip saddr @bans drop\n}`,
    );
    const after = table(
      `${BANS}\ncounter c { }\nchain f { ${FORWARD}\n ip saddr @bans counter name c drop\n}`,
    );
    const text = transit(before, after, BAN);
    expect(text).toContain("192.0.2.66 timeout 1h");
    const script = transitionScript(read(listingOf(before)), read(listingOf(after)));
    expect(script).not.toMatch(/delete|counter c /);
  });

  test("leaves counters of chains that stay as they are, and tables, alone", () => {
    const same = "chain g {\n counter packets 7 bytes 70\n}\n";
    const second = "table inet second {\n chain h {\n counter packets 8 bytes 80\n}\n}\n";
    const before = `${table(`${same}chain f { ${FORWARD}\n}`)}${second}`;
    const after = `${table(`${same}chain f { ${FORWARD}\n drop\n}`)}${second}`;
    const script = transitionScript(read(listingOf(before)), read(listingOf(after)));
    expect(script).not.toMatch(/second|chain g /);
    expect(transitionScript(read(listingOf(before)), read(listingOf(before)))).toBe("");
  });

  test("leaves the tables of others alone", () => {
    const others = "table ip other {\n chain x { drop\n }\n}\n";
    const text = transit(table(`chain f { ${FORWARD}\n}`), "", others);
    expect(text).toContain("table ip other");
    expect(text).not.toContain("edge");
  });

  test(
    "comes to what loading afresh gives, for rulesets at random",
    () => {
      const rulesets = [...randomFiles(1, PAIRS)].filter(({ name }) => name.includes("nft"));
      const listings = rulesets.flatMap(({ text }) => {
        return isTaken(text) ? [text] : [];
      });
      expect(listings.length).toBeGreaterThan(PAIRS / 4);
      for (const [i, before] of listings.entries()) {
        const after = listings[(i + 1) % listings.length] ?? "";
        /* A listing loaded again may be printed otherwise (`{ 1-5 }` as `1-5`), as the script is. */
        const expected = sorted(listingOf(listingOf(after)));
        expect(sorted(transit(before, after)), `${i}`).toEqual(expected);
      }
    },
    LONG_MS,
  );
});
