import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { partInput } from "../../src/operations/apply/partInput.ts";
import { listingWithoutLive } from "../../src/operations/change/runningHash.ts";
import { type Undo, undo, undoDifference } from "../../src/operations/incident/undo.ts";
import { describeWith } from "../../test/requirements.ts";
import { WRAPPER } from "../apply/testDevice.ts";
import { Chance } from "../chance.ts";

/* What somebody has put in by hand is taken back by the kernel itself, and nothing else. */

const NAMESPACE = `pm-undo-${process.pid}`;
const inside = (args: readonly string[], input = "") =>
  execFileSync("ip", ["netns", "exec", NAMESPACE, ...args], { input, encoding: "utf8" });
const nft = (script: string) => inside(["nft", "-f", "-"], script);
const listing = () => inside(["nft", "-s", "list", "ruleset"]);

const BASE = `table inet edge {
	set bans {
		type ipv4_addr
		flags timeout
	}

	chain forward {
		type filter hook forward priority filter; policy drop;
		ip saddr @bans drop
		ct state established,related accept
		tcp dport 25 accept
		tcp dport 25 accept
		counter comment "end"
	}

	chain input {
		comment "who may come in"
		type filter hook input priority filter; policy accept;
		tcp dport 22 accept
	}
}
`;

/** Chains stand in the order in which they were made. */
const sortedBlocks = (text: string) =>
  text
    .split("\n\n")
    .map((block) => block.trim())
    .sort()
    .join("\n");

/** Sends an undo as a leader does, and has the device take it back. */
function sentAndBack({ script, inverse }: Pick<Undo, "script" | "inverse">): void {
  const listed = inside(["nft", "-a", "-s", "list", "ruleset"]);
  const hash = createHash("sha256").update(listingWithoutLive(listed)).digest("hex");
  const part = ["sh", WRAPPER, "/proc/none/records"];
  inside([...part, "send", hash, "60"], partInput({ script, inverse }));
  inside([...part, "back", hash]);
}

/** What has to be taken back from the running state. */
function undone() {
  const found = undo(BASE, inside(["nft", "-a", "-s", "list", "ruleset"]));
  if (found === null) throw new Error("no listing");
  return found;
}

const CHANGES: readonly (readonly [string, string, "rules" | "tables"])[] = [
  ["nothing", "", "rules"],
  ["a rule in front", "insert rule inet edge forward ip saddr 10.10.2.8/29 drop", "rules"],
  ["a rule at the end", "add rule inet edge forward drop", "rules"],
  ["one that is there already", "insert rule inet edge forward tcp dport 25 accept", "rules"],
  [
    "rules in two chains",
    "insert rule inet edge forward drop\ninsert rule inet edge input drop",
    "rules",
  ],
  ["a flushed chain", "flush chain inet edge forward", "rules"],
  ["a policy", "chain inet edge input { policy drop; }", "tables"],
  [
    "a new chain with a jump to it",
    "add chain inet edge x\ninsert rule inet edge forward jump x",
    "tables",
  ],
  ["the table gone", "delete table inet edge", "tables"],
  ["a table put to sleep", "add table inet edge { flags dormant; }", "tables"],
  [
    "a rule with a chain without a name",
    "insert rule inet edge forward tcp dport 25 jump { ip saddr 192.0.2.9 accept; drop; }",
    "tables",
  ],
];

describeWith(["root", "nft", "ip"], "an undo", () => {
  beforeAll(() => execFileSync("ip", ["netns", "add", NAMESPACE]));
  afterAll(() => execFileSync("ip", ["netns", "delete", NAMESPACE]));
  beforeEach(() => nft(`flush ruleset\n${BASE}`));

  describe("takes back", () => {
    test.each(CHANGES)("%s", (_name, change, extent) => {
      nft(change);
      const { script, extent: found } = undone();
      expect(found).toBe(extent);
      nft(script);
      expect(listing()).toBe(BASE);
    });
  });

  test.each(CHANGES)("is taken back itself: %s", (_name, change) => {
    nft(change);
    const changed = listing();
    sentAndBack(undone());
    expect(sortedBlocks(listing())).toBe(sortedBlocks(changed));
  });

  test("says which rules go, and which come back", () => {
    nft("insert rule inet edge forward ip saddr 10.10.2.8/29 drop\nflush chain inet edge input");
    expect(undone()).toMatchObject({
      removed: ["ip saddr 10.10.2.8/29 drop"],
      restored: ["tcp dport 22 accept"],
    });
  });

  test("leaves bans and the tables of others", () => {
    nft("insert rule inet edge forward drop");
    const { script } = undone();
    nft("add element inet edge bans { 192.0.2.66 timeout 1h }\nadd table ip other");
    nft(script);
    expect(listing()).toContain("192.0.2.66");
    expect(listing()).toContain("table ip other");
  });

  test("takes back whatever happened to the rules of a chain", () => {
    const chance = new Chance(1);
    for (let run = 0; run < 25; run++) {
      nft(`flush ruleset\n${BASE}`);
      const rules = listing()
        .split("\n")
        .filter((line) => /^\t\t(ip|ct|tcp|counter)/.test(line));
      const mixed = rules
        .filter(() => !chance.once(4))
        .flatMap((line) => (chance.once(4) ? [line, "\t\ttcp dport 99 drop"] : [line]))
        .sort(() => (chance.once(6) ? -1 : 0));
      nft(
        `flush chain inet edge forward\ntable inet edge {\n chain forward {\n${mixed.join("\n")}\n }\n}\n`,
      );
      const found = undone();
      expect(found.extent).toBe("rules");
      const changed = listing();
      if (chance.once(5)) sentAndBack(found);
      expect(listing()).toBe(changed);
      nft(undone().script);
      expect(listing()).toBe(BASE);
    }
  });
});

describeWith(["root", "nft", "ip"], "an undo of a chain without a name", () => {
  beforeAll(() => execFileSync("ip", ["netns", "add", NAMESPACE]));
  afterAll(() => execFileSync("ip", ["netns", "delete", NAMESPACE]));

  test("brings it back, and can be taken back itself", () => {
    nft(
      `flush ruleset\n${BASE}insert rule inet edge input tcp dport 25 jump { ip saddr 192.0.2.9 accept; drop; }\n`,
    );
    const before = listing();
    nft("flush chain inet edge input\n");
    const changed = listing();
    const takeBack = () => {
      const found = undo(before, inside(["nft", "-a", "-s", "list", "ruleset"]));
      if (found === null) throw new Error("no listing");
      return found;
    };
    sentAndBack(takeBack());
    expect(listing()).toBe(changed);
    nft(takeBack().script);
    expect(listing()).toBe(before);
  });
});

/** One change by hand, then others; what takes back the first alone. */
function undoneAlone(first: string, later: string) {
  nft(first);
  const after = listing();
  nft(later);
  const found = undoDifference(BASE, after, inside(["nft", "-a", "-s", "list", "ruleset"]));
  if (found === null) throw new Error("no listing");
  return found;
}

const FATAL = "insert rule inet edge forward ip saddr 10.10.2.8/29 drop\n";

/** What comes after the fatal rule, and has to be there when that is gone. */
const LATER: readonly (readonly [string, string])[] = [
  ["nothing", ""],
  ["a rule in front of it", "insert rule inet edge forward tcp dport 99 drop\n"],
  ["a rule in another chain", "add rule inet edge input tcp dport 99 drop\n"],
  [
    "a rule that says the same, further down",
    "add rule inet edge forward ip saddr 10.10.2.8/29 drop\n",
  ],
  ["another table", "table ip other {\n}\n"],
  ["a static set", "add set inet edge hosts { type ipv4_addr; }\n"],
  ["a flushed chain elsewhere", "flush chain inet edge input\n"],
];

describeWith(["root", "nft", "ip"], "an undo of one difference", () => {
  beforeAll(() => execFileSync("ip", ["netns", "add", NAMESPACE]));
  afterAll(() => execFileSync("ip", ["netns", "delete", NAMESPACE]));
  beforeEach(() => nft(`flush ruleset\n${BASE}`));

  test.each(LATER)("leaves what came later: %s", (_name, later) => {
    nft(later);
    const expected = listing();
    nft(`flush ruleset\n${BASE}`);
    const found = undoneAlone(FATAL, later);
    if (found.kind === "conflict") throw new Error(found.place);
    expect(found.removed).toEqual(["ip saddr 10.10.2.8/29 drop"]);
    nft(found.script);
    expect(listing()).toBe(expected);
  });

  test("brings rules back where they were, beside those that came later", () => {
    const found = undoneAlone(
      "flush chain inet edge input\nflush chain inet edge forward\n",
      "add rule inet edge forward tcp dport 99 drop\n",
    );
    if (found.kind === "conflict") throw new Error(found.place);
    nft(found.script);
    expect(listing()).toContain('\t\tcounter comment "end"\n\t\ttcp dport 99 drop\n');
  });

  test("takes a table away that came with it, and keeps a ban that came since", () => {
    nft("add element inet edge bans { 192.0.2.1 timeout 1h }\n");
    const found = undoneAlone(
      `${FATAL}table inet second {\n}\n`,
      "add element inet edge bans { 192.0.2.66 timeout 1h }\n",
    );
    if (found.kind === "conflict") throw new Error(found.place);
    expect(found.script.split("\n")[0]).toBe("delete table inet second");
    nft(found.script);
    expect(listing()).toContain("192.0.2.66");
    expect(listing()).not.toContain("second");
    expect(listing()).not.toContain("10.10.2.8/29");
  });

  test("fills a set again that it has to make anew", () => {
    const found = undoneAlone(
      `flush chain inet edge forward\ndelete set inet edge bans\n${BASE.replace("flags timeout", "flags timeout\n\t\ttimeout 2h")}`,
      "add element inet edge bans { 192.0.2.66 timeout 1h }\n",
    );
    if (found.kind === "conflict") throw new Error(found.place);
    sentAndBack(found);
    expect(listing()).toContain("192.0.2.66");
    nft(found.script);
    expect(listing()).toContain("192.0.2.66");
    expect(listing()).not.toContain("timeout 2h");
    expect(found.losses).toEqual([]);
  });

  test("leaves a table of another program, and its sets, as they are", () => {
    const other = (bans: string) => `table inet f2b { set bans { type ipv4_addr; ${bans} }; }\n`;
    nft(other(""));
    const before = listing();
    nft(`${FATAL}${other("elements = { 192.0.2.7 };")}table inet second {\n}\n`);
    const after = listing();
    const isProtected = (table: string) => table !== "inet edge";
    const found = undoDifference(
      before,
      after,
      inside(["nft", "-a", "-s", "list", "ruleset"]),
      isProtected,
    );
    if (found === null || found.kind === "conflict") throw new Error("it was not undone");
    nft(found.script);
    expect(listing()).toBe(after.replace(/^.*10\.10\.2\.8\/29.*\n/m, ""));
  });

  test("is left to a person where somebody has changed the same policy since", () => {
    const policy = (word: string) => `chain inet edge input { policy ${word}; }\n`;
    nft(policy("drop"));
    const before = listing();
    nft(policy("accept"));
    const after = listing();
    nft(
      "delete table inet edge\ntable inet edge {\n chain input { type filter hook input priority 5; policy accept; }\n}\n",
    );
    expect(undoDifference(before, after, listing())).toEqual({
      kind: "conflict",
      place: "chain input of inet edge",
    });
  });
});
