import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { undo } from "../../src/operations/incident/undo.ts";
import { describeWith } from "../../test/requirements.ts";
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
		type filter hook input priority filter; policy accept;
		tcp dport 22 accept
	}
}
`;

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
      const { script, extent } = undone();
      expect(extent).toBe("rules");
      nft(script);
      expect(listing()).toBe(BASE);
    }
  });
});
