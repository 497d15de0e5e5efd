import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { interpret } from "../../src/engine/interpret/interpret.ts";
import { isNotationError, parsePacket } from "../../src/engine/packet/notation.ts";
import { readDevice } from "../../src/engine/parsers/readDevice.ts";
import { describeWith } from "../requirements.ts";

const VERSIONS = ["edge", "edge-first", "edge-behind", "edge-internet"] as const;
type Version = (typeof VERSIONS)[number];

const FOLDER = "examples/mail";

function verdict(file: string, packet: string): string {
  const files = new Map([[file, readFileSync(`${FOLDER}/${file}`, "utf8")]]);
  const { device, coverage, refused } = readDevice({ files, roots: [file] });
  expect({ refused, lost: coverage.notUnderstood }).toEqual({ refused: [], lost: 0 });
  const spec = parsePacket(packet);
  if (isNotationError(spec)) throw new Error(`${packet}: ${spec.message}`);
  const { outcomes } = interpret(device, spec, { host: null });
  return [...new Set(outcomes.map((outcome) => outcome.verdict))].join(" or ");
}

const SMTP = "tcp 10.10.2.11:40000 > 198.51.100.7:25 in=mail out=wan";
const DNS = "udp 10.10.2.12:40000 > 198.51.100.53:53 in=mail out=wan";
const DATABASE = "tcp 10.10.2.11:40000 > 10.10.4.10:5432 in=mail out=db";
const BALANCER = "tcp 10.10.2.5:40000 > 10.10.1.7:143 in=mail out=lan";

/** Verdicts before, and with the fatal rule first, behind `established`, towards the internet. */
const EXPECTED: readonly (readonly [packet: string, ...verdicts: readonly string[]])[] = [
  [`${SMTP} state=new`, "accept", "drop", "drop", "drop"],
  [`${SMTP} state=established dir=original`, "accept", "drop", "accept", "accept"],
  [`${DNS} state=new`, "accept", "drop", "drop", "drop"],
  [`${DATABASE} state=new`, "accept", "drop", "drop", "accept"],
  [`${DATABASE} state=established dir=original`, "accept", "drop", "accept", "accept"],
  [`${BALANCER} state=established dir=original`, "accept", "accept", "accept", "accept"],
];

describe.each(["nft", "rules"])("the mail network in .%s", (dialect) => {
  for (const [packet, ...verdicts] of EXPECTED) {
    test(`${packet}: ${verdicts.join(", ")}`, () => {
      const found = VERSIONS.map((version) => verdict(`${version}.${dialect}`, packet));
      expect(found).toEqual(verdicts);
    });
  }
});

function load(command: string, ...args: readonly string[]): void {
  execFileSync("unshare", ["-n", command, ...args], { stdio: ["ignore", "ignore", "pipe"] });
}

describeWith(["root", "nft"], "nft takes the mail network", () => {
  test.each(VERSIONS)("%s.nft", (version: Version) => {
    load("nft", "-c", "-f", `${FOLDER}/${version}.nft`);
  });
});

describeWith(["root", "iptables"], "iptables-restore takes the mail network", () => {
  test.each(VERSIONS)("%s.rules", (version: Version) => {
    load("iptables-restore", "--test", `${FOLDER}/${version}.rules`);
  });
});
