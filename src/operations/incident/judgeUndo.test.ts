import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseNetwork } from "../inventory/networkFile.ts";
import { makeSnapshot } from "../inventory/snapshot.ts";
import { judgeUndo } from "./takeBack.ts";
import { undoDifference } from "./undo.ts";

const { network } = parseNetwork("n", readFileSync("examples/mail/premortem.yaml", "utf8"));

/** A ruleset as nft lists it, with what the bans hold and the first rules of the chain. */
function listing(elements: string, rules: readonly string[]): string {
  const lines = rules.map((rule) => `\t\t${rule}\n`).join("");
  return `table inet edge {
\tset blocked {
\t\ttype ipv4_addr
\t\tflags interval,timeout
${elements === "" ? "" : `\t\telements = { ${elements} }\n`}\t}

\tchain forward {
\t\ttype filter hook forward priority filter; policy accept;
${lines}\t}
}
`;
}

const SPARE = "ip saddr 10.10.2.8/29 accept";
const BANNED = "ip saddr @blocked drop";

/** What is lost where the rule that spares the mail hosts is taken back, with these bans in place. */
function lost(elements: string): readonly string[] {
  const edge = network?.devices.get("edge");
  if (network === null || edge === undefined) throw new Error("no network");
  const now = listing(elements, [SPARE, BANNED]);
  const taken = undoDifference(listing("", [BANNED]), listing("", [SPARE, BANNED]), now);
  if (taken?.kind !== "undo") throw new Error("no undo");
  const checked = { network, device: edge, management: null };
  const changed = judgeUndo(
    checked,
    makeSnapshot("edge", [{ name: "nft", text: now }]),
    taken.wanted,
  );
  return changed.filter(({ becomes }) => becomes !== "asBefore").map(({ intent }) => intent.id);
}

test("an undo is judged with what live sets hold, since it leaves that to them", () => {
  expect(lost("")).toEqual([]);
  expect(lost("192.0.2.66")).toEqual([]);
  expect(lost("10.10.2.8/29")).toContain("mail-out");
});
