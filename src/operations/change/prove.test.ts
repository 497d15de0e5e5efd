import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { NetworkDevice } from "../inventory/model.ts";
import { parseNetwork } from "../inventory/networkFile.ts";
import { REDACTED } from "../inventory/redact.ts";
import { makeSnapshot, type SnapshotPart } from "../inventory/snapshot.ts";
import { MANAGEMENT_INTENT, type ManagementFlow } from "./management.ts";
import { type ProveInput, proveChange, toProof } from "./prove.ts";

const PATH = "/etc/nftables.conf";
const EDGE = readFileSync("examples/mail/edge.nft", "utf8");
const { network: parsed } = parseNetwork("n", readFileSync("examples/mail/premortem.yaml", "utf8"));
const DOCKER = "table ip docker {\n  chain forward {\n    tcp dport 9 drop\n  }\n}\n";
const BANS =
  "table inet edge {\n  set bans {\n    type ipv4_addr\n    flags timeout\n    elements = { 192.0.2.66 timeout 1h }\n  }\n}\n";

interface Setting {
  readonly running?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly device?: Partial<NetworkDevice>;
  readonly parts?: readonly SnapshotPart[];
  readonly management?: ManagementFlow | null;
}

function input({ running = EDGE, files = {}, device = {}, parts, management = null }: Setting) {
  const edge = parsed?.devices.get("edge");
  if (parsed === null || edge === undefined) throw new Error("no network");
  const snapshot = makeSnapshot("edge", [
    { name: "nft", text: running },
    ...(parts ?? [{ name: PATH, text: EDGE }]),
  ]);
  return {
    network: parsed,
    device: { ...edge, ...device },
    snapshot,
    notSeen: [],
    files: new Map(Object.entries(files)),
    management,
  } satisfies ProveInput;
}

const prove = (setting: Setting) => proveChange(input(setting));
const ESTABLISHED = "    ct state established,related counter accept\n    ct state invalid";
/** The fatal rule, in front of `established`. */
const fatal = (text = EDGE, rule = "ip saddr 10.10.2.8/29 counter drop") =>
  text.replace(ESTABLISHED, `    ${rule}\n${ESTABLISHED}`);

describe("a change is proved", () => {
  test("that breaks nothing", () => {
    const answer = prove({ files: { [PATH]: `${EDGE}# a word\n` } });
    expect(answer).toMatchObject({
      loads: true,
      isComplete: true,
      broken: [],
      diff: { equal: true },
    });
    expect(answer.edits).toEqual([{ kind: "added", file: PATH, line: 53, text: "# a word" }]);
  });

  test("with the intents that it breaks, at the line of the source", () => {
    const answer = prove({ files: { [PATH]: fatal() } });
    expect(toProof(answer)).toMatchObject({
      isComplete: true,
      brokenCritical: ["mail-out", "mail-names", "mail-users"],
      broken: [],
    });
    const rule = { file: PATH, line: 26, text: "ip saddr 10.10.2.8/29 counter drop" };
    expect(answer.broken[0]?.by).toEqual({ rule });
  });

  test("apart from what was broken before", () => {
    const answer = prove({ running: fatal(), files: { [PATH]: `${EDGE}# the same\n` } });
    expect(answer).toMatchObject({
      broken: [],
      repaired: ["mail-out", "mail-names", "mail-users"],
    });
    const kept = prove({ running: fatal(), files: { [PATH]: `${fatal()}# the same\n` } });
    expect(kept.brokenBefore.map(({ id }) => id)).toEqual(["mail-out", "mail-names", "mail-users"]);
    expect(toProof(kept).brokenCritical).toEqual([]);
  });

  test("with what breaks completely that was broken in part: nothing hides behind what is broken already", () => {
    const one = fatal(EDGE, "ip saddr 10.10.2.12 drop");
    const all = one.replace(ESTABLISHED, `    ip saddr 10.10.2.8/29 drop\n${ESTABLISHED}`);
    const proof = toProof(prove({ running: one, files: { [PATH]: all } }));
    expect(proof).toMatchObject({
      isComplete: true,
      brokenCritical: ["mail-out", "mail-names", "mail-users"],
      brokenBefore: [],
    });
  });

  test("with what may break more of what is broken in part as undecided", () => {
    const one = fatal(EDGE, "ip saddr 10.10.2.12 drop");
    const more = "ip saddr 10.10.2.11 limit rate over 5/second drop";
    const limited = one.replace(ESTABLISHED, `    ${more}\n${ESTABLISHED}`);
    const proof = toProof(prove({ running: one, files: { [PATH]: limited } }));
    expect(proof).toMatchObject({
      brokenCritical: [],
      brokenBefore: [],
      undecidedCritical: ["mail-out", "mail-names", "mail-users"],
    });
  });

  test("with a rule that is not decided by the source alone as undecided, for a person to accept", () => {
    const answer = prove({
      files: { [PATH]: fatal(EDGE, "ip saddr 10.10.2.11 limit rate over 5/second drop") },
    });
    expect(toProof(answer)).toMatchObject({
      loads: true,
      isComplete: true,
      undecidedCritical: ["mail-out", "mail-names", "mail-users"],
      undecided: [],
    });
  });

  test("with limits that were there before as holding, and new ones for a person to accept", () => {
    const more = (rate: number) =>
      fatal(EDGE, `ip saddr 10.10.2.11 limit rate over ${rate}/second drop`);
    const same = prove({ running: more(5), files: { [PATH]: `${more(5)}# the same\n` } });
    expect(toProof(same).undecidedCritical).toEqual([]);
    expect(same.holding).toBeGreaterThan(0);
    const lower = toProof(prove({ running: more(5), files: { [PATH]: more(1) } }));
    expect(lower.undecidedCritical).toEqual(["mail-out", "mail-names", "mail-users"]);
  });

  test.each([
    ["a rule", "tcp dport 25 dnat to $BALANCER", "tcp dport { 25, 587 } dnat to $BALANCER"],
    ["a translation", "snat to $PUBLIC", "snat to 203.0.113.2"],
    ["a counter", "icmp type echo-request counter", "icmp type echo-request"],
  ])("whole where %s changes", (_name, before, after) => {
    const answer = prove({ files: { [PATH]: EDGE.replace(before, after) } });
    expect(answer.reasons).toEqual([]);
  });
});

describe("a promise is for a person to accept", () => {
  const cases: readonly (readonly [string, string, string, readonly string[]])[] = [
    [
      "where mail leaves with another address than before",
      "snat to $PUBLIC",
      "snat to 10.10.2.1",
      ["mail-out", "mail-names"],
    ],
    [
      "where mail leaves with the address of its host, and did not before",
      'oifname "wan" ip saddr 10.10.0.0/16 snat to $PUBLIC',
      "",
      ["mail-out", "mail-names"],
    ],
    [
      "never where only what others do is translated otherwise",
      "tcp dport 25 dnat to $BALANCER",
      "tcp dport { 25, 587 } dnat to $BALANCER",
      [],
    ],
  ];
  test.each(cases)("%s", (_name, before, after, undecided) => {
    const answer = prove({ files: { [PATH]: EDGE.replace(before, after) } });
    expect(toProof(answer)).toMatchObject({ loads: true, undecidedCritical: undecided });
  });
});

test("a promise breaks where its mail is sent to a host behind a way that is closed", () => {
  const rule = "tcp dport 25 dnat to $BALANCER";
  const files = { [PATH]: EDGE.replace(rule, `${rule}\n    iifname "dmz" ${rule}`) };
  expect(toProof(prove({ files }))).toMatchObject({ loads: true, brokenCritical: ["mail-out"] });
});

describe("there is no proof", () => {
  const cases: readonly (readonly [string, Setting, RegExp])[] = [
    ["of a file that the device would refuse", { files: { [PATH]: "table {" } }, /would not load/],
    [
      "of a file that includes what is not there",
      { files: { [PATH]: `include "/nonexistent/x.nft"\n${EDGE}` } },
      /nonexistent/,
    ],
    ["of a file that is none of its sources", { files: { "/etc/passwd": "" } }, /no source file/],
    [
      "without a source file that cannot be read",
      { device: { sources: [PATH, "/b"] }, files: { [PATH]: EDGE } },
      /`\/b` is not there on edge, or could not be read/,
    ],
    [
      "on a source file whose secrets are taken out",
      { parts: [{ name: PATH, text: `# ${REDACTED}` }] },
      /holds a secret/,
    ],
    ["without source files", { device: { sources: [] } }, /no source files/],
    [
      "for a table of somebody else",
      {
        running: `${EDGE}${DOCKER}`,
        files: { [PATH]: `${EDGE}add rule ip docker forward drop\n` },
        device: {
          owners: new Map([
            ["inet edge", "premortem"],
            ["ip nat", "premortem"],
            ["ip docker", "docker"],
          ]),
        },
      },
      /`ip docker`, which belongs to docker/,
    ],
    [
      "for a table of nobody",
      { files: { [PATH]: `${EDGE}table ip new {}\n` } },
      /add `ip new: premortem` under `managed-by`/,
    ],
    [
      "for a table of somebody else that is deleted by name",
      { running: `${EDGE}${DOCKER}`, files: { [PATH]: `delete table ip docker\n${EDGE}` } },
      /`ip docker`/,
    ],
    [
      "in another language",
      { files: { [PATH]: "*filter\n-A INPUT -j DROP\nCOMMIT\n" } },
      /no script of nft/,
    ],
  ];
  test.each(cases)("%s", (_name, setting, reason) => {
    const answer = prove(setting);
    expect(answer.loads).toBe(false);
    expect(answer.reasons.join("\n")).toMatch(reason);
  });
});

test("a flush of everything takes the own tables alone, and says whose the others are", () => {
  const answer = prove({ running: `${EDGE}${DOCKER}`, files: { [PATH]: fatal() } });
  expect(answer).toMatchObject({ loads: true, kept: [{ table: "ip docker", owner: null }] });
});

test("bans in live sets stay, so that they are no difference", () => {
  const source = `${EDGE}${BANS.replace(/ {4}elements.*\n/, "")}`;
  const answer = prove({
    running: `${EDGE}${BANS}`,
    files: { [PATH]: `${source}# the same\n` },
    parts: [{ name: PATH, text: source }],
  });
  expect(answer).toMatchObject({ isComplete: true, diff: { equal: true } });
});

describe("elements of a live set in the source file", () => {
  const live = (elements: string) =>
    EDGE.replace(
      "table inet edge {",
      `table inet edge {\n  set blocked {\n    type ipv4_addr\n    flags interval, timeout\n    elements = { ${elements} }\n  }\n`,
    ).replace(ESTABLISHED, `    ip saddr @blocked drop\n${ESTABLISHED}`);
  const before = live("192.0.2.66");
  const edited = (elements: string, running = before) =>
    prove({
      running,
      parts: [{ name: PATH, text: before }],
      files: { [PATH]: live(elements) },
    });

  test("break what they break from the next start on, though they are not loaded", () => {
    const answer = edited("192.0.2.66, 10.10.2.8/29");
    expect(answer.diff?.equal).toBe(true);
    expect(answer.notLoaded).toEqual(["inet edge blocked"]);
    expect(toProof(answer).brokenCritical).toEqual(["mail-out", "mail-names", "mail-users"]);
  });

  test("are told where they break nothing", () => {
    const answer = edited("192.0.2.66, 192.0.2.67");
    expect(answer).toMatchObject({
      isComplete: true,
      broken: [],
      notLoaded: ["inet edge blocked"],
    });
  });

  test("repair nothing before the next start", () => {
    const answer = edited("192.0.2.66", live("192.0.2.66, 10.10.2.8/29"));
    expect(answer).toMatchObject({ broken: [], repaired: [], notLoaded: [] });
    expect(toProof(answer).brokenBefore).toEqual(["mail-out", "mail-names", "mail-users"]);
  });
});

test("files that others include are part of it, and run once", () => {
  const more = "/etc/nftables.d/more.nft";
  const main = `${EDGE}include "/etc/nftables.d/*.nft"\n`;
  const answer = prove({
    device: { sources: [PATH, more] },
    parts: [
      { name: PATH, text: main },
      { name: more, text: "add rule inet edge forward counter\n" },
    ],
    files: { [more]: "insert rule inet edge forward ip saddr 10.10.2.8/29 drop\n" },
  });
  expect(answer.broken.map(({ id }) => id)).toContain("mail-out");
});

describe("premortem's own way in", () => {
  const management = { client: "10.10.1.10", server: "10.10.1.1", port: 22, interface: "lan" };
  const lockOut = EDGE.replace("tcp dport { 22, 9100 }", "tcp dport 9100");
  test("is lost with the rule that lets it in", () => {
    const answer = prove({ management, files: { [PATH]: lockOut } });
    expect(toProof(answer).brokenCritical).toEqual([MANAGEMENT_INTENT]);
  });
  test("stays with the others", () => {
    expect(toProof(prove({ management, files: { [PATH]: fatal() } })).brokenCritical).not.toContain(
      MANAGEMENT_INTENT,
    );
  });
});
