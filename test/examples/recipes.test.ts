import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { CheckedIntent } from "../../src/engine/answer/check.ts";
import type { Device } from "../../src/engine/device/device.ts";
import { compareDevices } from "../../src/engine/diff/index.ts";
import { readDevice } from "../../src/engine/parsers/readDevice.ts";
import type { RepairEdit, RulesetFiles } from "../../src/engine/repair/index.ts";
import { withEdits } from "../../src/engine/repair/lines.ts";
import { checkDevice } from "../../src/operations/inventory/checkDevice.ts";
import type { Network } from "../../src/operations/inventory/model.ts";
import { parseNetwork } from "../../src/operations/inventory/networkFile.ts";
import { repairsOn, withMovedSince } from "../../src/operations/inventory/repairs.ts";

const FOLDER = "examples/recipes";
const DEVICE = "fw";

interface Expected {
  /** What does not hold after: `id status part by`, the rule by its comment or else its text. */
  readonly found: readonly string[];
  /** Kinds of packets that change. */
  readonly changes: readonly string[];
  /** The best repair of the first that does not hold: lines that go with `-`, that come with `+`. */
  readonly mends: readonly string[];
}

const DROP = "ip saddr @mail counter drop";
const ISOLATE = 'iifname != "br-mail" oifname "br-mail" meta l4proto tcp counter drop';
const NO_INTERNET = 'iifname "wan" oifname "br-mail" tcp dport != 25 counter drop';
const UNREACHABLE = "icmp type destination-unreachable counter drop";
const LIMIT = "ct state new tcp dport 25 ct count over 20 counter drop";
const NOTRACK = 'iifname "br-mail" tcp dport 25 notrack';

const RECIPES: Readonly<Record<string, Expected>> = {
  R1: {
    found: ["smtp-out", "dns-out", "db"].map((id) => `${id} broken first ${DROP}`),
    changes: ["verdict"],
    mends: [`-${DROP}`],
  },
  R2: {
    found: ["dns-out broken first default"],
    changes: ["verdict"],
    mends: [
      '+ip saddr @mail oifname "wan" meta l4proto { tcp, udp } th dport 53 counter accept comment "dns-out"',
    ],
  },
  R3: {
    found: [
      `smtp-out broken reply ${ISOLATE}`,
      `dns-out broken reply ${ISOLATE}`,
      `db broken reply ${ISOLATE}`,
      `submit broken first ${ISOLATE}`,
      `smtp6-out broken reply ${ISOLATE}`,
      `mx6-in broken first ${ISOLATE}`,
    ],
    changes: ["may", "verdict"],
    mends: [`-${ISOLATE}`],
  },
  R3b: {
    found: [`submit broken first ${ISOLATE}`, `mx6-in broken first ${ISOLATE}`],
    changes: ["may", "verdict"],
    mends: [`-${ISOLATE}`],
  },
  R4: {
    found: ["smtp-out", "dns-out", "submit"].map((id) => `${id} undecided null null`),
    changes: ["may", "translation", "verdict"],
    mends: [
      "+table ip nat {",
      "+chain pre { type nat hook prerouting priority dstnat;",
      '+iifname "wan" ip daddr 203.0.113.1 tcp dport 25 dnat to 10.10.2.5',
      "+}",
      "+chain post { type nat hook postrouting priority srcnat;",
      '+oifname "wan" ip saddr 10.10.0.0/16 snat to 203.0.113.1',
      "+}",
      "+}",
    ],
  },
  R5: {
    found: ["smtp-out", "dns-out", "db", "submit", "smtp6-out", "mx6-in"].map(
      (id) => `${id} broken reply default`,
    ),
    changes: ["may"],
    mends: ['+ct state established,related counter accept comment "est"'],
  },
  R5b: {
    found: ["smtp-out", "dns-out", "smtp6-out"].map((id) => `${id} broken reply ${NO_INTERNET}`),
    changes: ["verdict"],
    mends: [`-${NO_INTERNET}`],
  },
  R6: {
    found: ["submit broken first ban"],
    changes: ["verdict"],
    mends: [
      "-set banned { type ipv4_addr; flags interval; elements = { 10.10.1.10 } }",
      "+set banned { type ipv4_addr; flags interval; }",
    ],
  },
  R7: {
    found: [`icmp-errors broken first ${UNREACHABLE}`],
    changes: ["verdict"],
    mends: [`-${UNREACHABLE}`],
  },
  R8: {
    found: ["smtp-out undecided null null", "dns-out undecided null null"],
    changes: ["may", "translation"],
    mends: [
      '-oifname "wan" ip saddr 10.10.0.0/16 snat to 203.0.113.2',
      '+oifname "wan" ip saddr 10.10.0.0/16 snat to 203.0.113.1',
    ],
  },
  R9: {
    found: ["smtp6-out broken first default", "mx6-in broken first default"],
    changes: ["verdict"],
    mends: [
      '+ip6 saddr 2001:db8:2::11 oifname "wan" tcp dport 25 counter accept comment "smtp6-out"',
      '+iifname "wan" ip6 daddr 2001:db8:2::5 tcp dport 25 counter accept comment "mx6-in"',
    ],
  },
  R10a: {
    found: ["smtp-out", "smtp6-out", "mx6-in"].map((id) => `${id} holds, except first ${LIMIT}`),
    changes: ["may"],
    mends: [`-${LIMIT}`],
  },
  R10b: {
    found: [
      "smtp-out undecided null null",
      "submit undecided reply default",
      "smtp6-out undecided null null",
    ],
    changes: ["may", "tracking", "translation"],
    mends: [`-${NOTRACK}`],
  },
  R11: {
    found: ["smtp-out", "dns-out", "db"].map((id) => `${id} broken first default`),
    changes: [],
    mends: ["+ip saddr { 10.10.2.11, 10.10.2.13 } ip daddr 203.0.113.25 tcp dport 25 accept"],
  },
  R13: {
    found: ["smtp-out", "dns-out", "smtp6-out", "mx6-in"].map((id) => `${id} broken first default`),
    changes: [],
    mends: ["+ip saddr 10.10.2.11 ip daddr 203.0.113.25 tcp dport 25 accept"],
  },
  R17: { found: [], changes: [], mends: [] },
};

test("each recipe is looked at", () => {
  const folders = readdirSync(FOLDER).filter((name) => name !== "README.md");
  expect(folders.sort()).toEqual(Object.keys(RECIPES).sort());
});

test.each(Object.entries(RECIPES))("%s is found, and mended", (recipe, expected) => {
  const network = networkOf(recipe);
  const [before, after] = [filesOf(recipe, "before.nft"), filesOf(recipe, "after.nft")];
  const [first, second] = [deviceOf(before), deviceOf(after)];
  expect(ailing(network, first)).toEqual(expected.changes.length === 0 ? expected.found : []);
  expect(ailing(network, second, first)).toEqual(expected.found);
  const { classes } = compareDevices(first, second);
  expect([...new Set(classes.map(({ kind }) => kind))].sort()).toEqual(expected.changes);
  const { repairs } = repairsOn(network, DEVICE, { after, before, onto: null }, aFew());
  const [id = ""] = expected.found[0]?.split(" ") ?? [];
  const best = repairs.find(({ restores }) => restores.includes(id));
  expect((best?.edits ?? []).flatMap(linesOf)).toEqual(expected.mends);
  if (best === undefined) return;
  const mended = deviceOf({ ...after, files: withEdits(after.files, best.edits) });
  const left = new Set(ailing(network, mended, first).map((text) => text.split(" ")[0]));
  expect(best.restores.filter((one) => left.has(one))).toEqual([]);
  expect([...left].sort()).toEqual([...best.leaves].sort());
});

/** Questions about time that are answered with yes: the best candidates are tried first. */
const FEW = 24;

function aFew(): () => boolean {
  let asked = 0;
  return () => asked++ < FEW;
}

function networkOf(recipe: string): Network {
  const path = `${FOLDER}/${recipe}/premortem.yaml`;
  const { network, diagnostics } = parseNetwork(path, readFileSync(path, "utf8"));
  if (network === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return network;
}

function filesOf(recipe: string, name: string): RulesetFiles {
  const text = readFileSync(`${FOLDER}/${recipe}/${name}`, "utf8");
  return { files: new Map([[name, text]]), roots: [name] };
}

function deviceOf(files: RulesetFiles): Device {
  const { device, diagnostics } = readDevice(files);
  expect(diagnostics).toEqual([]);
  return device;
}

/** What does not hold; what is sent elsewhere than before is no proof. */
function ailing(network: Network, device: Device, before = device): readonly string[] {
  const answer = checkDevice(network, DEVICE, device);
  const { intents } = withMovedSince(answer, network, DEVICE, [before, device]);
  return intents.filter(({ status }) => status !== "holds").map(told);
}

function told({ id, status, part, by }: CheckedIntent): string {
  const text = by !== null && "rule" in by ? by.rule.text : null;
  return `${id} ${status} ${part} ${/comment "(.*)"/.exec(text ?? "")?.[1] ?? text}`;
}

function linesOf({ was, text }: RepairEdit): readonly string[] {
  const all = (lines: string | null, sign: string) =>
    lines === null ? [] : lines.split("\n").map((line) => `${sign}${line.trim()}`);
  return [...all(was, "-"), ...all(text, "+")];
}
