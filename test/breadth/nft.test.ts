import { describe, expect, test } from "vitest";
import type { ParseResult } from "../../src/engine/device/device.ts";
import { parseNft } from "../../src/engine/parsers/nft/index.ts";
import { meaning } from "../../src/engine/parsers/testing/meaning.ts";
import { describeWith } from "../requirements.ts";
import { type Answer, type Commands, readLines, readTexts, tryAll } from "./tryAll.ts";

const COMMANDS: Commands = {
  prepare: "ip link add a0 type ifb; ip link add b0 type ifb",
  load: "nft -f $file",
  list: "nft list ruleset",
  clear: "nft flush ruleset",
};

/** What rules of the files may name. */
const OBJECTS = `
  counter cnt { packets 0 bytes 0; }
  limit lim { rate 10/second burst 5 packets; }
  quota quo { over 100 mbytes; }
  synproxy syn { mss 1460; wscale 7; timestamp sack-perm; }
  set dyn { type ipv4_addr; flags dynamic,timeout; size 1000; }
  map dynmap { type ipv4_addr : mark; flags dynamic,timeout; size 1000; }
  ct helper fh { type "ftp" protocol tcp; l3proto ip; }
  ct timeout tmo { protocol tcp; l3proto ip; policy = { established : 100, close : 4 }; }
  chain other { }`.replaceAll("; }", ";\n }");

/** What the kernel takes before routing only. */
const EARLY = /\b(?:socket|tproxy|pkttype set)\b/;

function inChain(rule: string): string {
  const hook = `type filter hook ${EARLY.test(rule) ? "prerouting" : "forward"} priority 0;`;
  return `table inet t {${OBJECTS}\n  chain c {\n    ${hook}\n    ${rule}\n  }\n}\n`;
}

const NAT_MAPS = `
  map natmap { type ipv4_addr : ipv4_addr; elements = { 1.1.1.1 : 10.0.0.1 }; }
  map natmap2 { type inet_service : ipv4_addr . inet_service; elements = { 80 : 10.0.0.1 . 8080 }; }
  map natmap3 { type ipv4_addr . inet_service : ipv4_addr . inet_service; elements = { 1.1.1.1 . 80 : 10.0.0.1 . 8080 }; }`;

function inNatChain(rule: string): string {
  const isSource = /\b(snat|masquerade)\b/.test(rule);
  const hook = `type nat hook ${isSource ? "postrouting" : "prerouting"} priority 0;`;
  return `table inet t {${NAT_MAPS.replaceAll("}; }", "}\n }")}\n  chain c {\n    ${hook}\n    ${rule}\n  }\n}\n`;
}

function parse(text: string): ParseResult {
  return parseNft({ files: new Map([["f", text]]), roots: ["f"], onto: null, keepRefused: true });
}

function errorsOf({ diagnostics }: ParseResult): readonly string[] {
  return diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
}

const UNDERSTOOD = { errors: [], lost: 0 };

function understanding(text: string): unknown {
  const result = parse(text);
  return { errors: errorsOf(result), lost: result.coverage.notUnderstood };
}

/** Refused by this kernel, which lacks a part, not by nft. */
function isMissingHere({ message }: Answer): boolean {
  return /Could not process rule: (Operation not supported|No such file)|did you mean/.test(
    message,
  );
}

function expectUnderstood(answers: readonly Answer[]): void {
  for (const { text, accepted, listing } of answers) {
    expect({ text, ...Object(understanding(text)) }).toEqual({ text, ...UNDERSTOOD });
    if (!accepted) continue;
    const listed = parse(listing);
    expect({ text, listing, errors: errorsOf(listed), device: meaning(listed.device) }).toEqual({
      text,
      listing,
      errors: [],
      device: meaning(parse(text).device),
    });
  }
}

describeWith(["root", "nft", "ip"], "what nft takes is read, and means what nft lists", () => {
  test("rules", { timeout: 300_000 }, () => {
    const answers = tryAll(readLines("nft-rules.txt").map(inChain), COMMANDS);
    expectUnderstood(answers);
    const refused = answers.filter((answer) => !answer.accepted && !isMissingHere(answer));
    expect(refused.map(({ text, message }) => text + message)).toEqual([]);
  });

  test("translations", { timeout: 300_000 }, () => {
    for (const answer of tryAll(readLines("nft-nat.txt").map(inNatChain), COMMANDS)) {
      if (answer.accepted) expectUnderstood([answer]);
      else
        expect({ ...answer, errors: errorsOf(parse(answer.text)) }).not.toMatchObject({
          errors: [],
        });
    }
  });

  test("scripts", { timeout: 300_000 }, () => {
    const answers = tryAll(readTexts("nft-scripts.txt"), COMMANDS);
    expectUnderstood(answers);
    const refused = answers.filter((answer) => !answer.accepted && !isMissingHere(answer));
    expect(refused.map(({ text, message }) => text + message)).toEqual([]);
  });

  test("what it refuses it refuses still", { timeout: 300_000 }, () => {
    const texts = [
      ...readLines("nft-refused.txt").map(inChain),
      ...readTexts("nft-refused-scripts.txt"),
    ];
    const accepted = tryAll(texts, COMMANDS).filter((answer) => answer.accepted);
    expect(accepted.map(({ text }) => text)).toEqual([]);
  });
});

describe("rules of newer versions are read", () => {
  test.each(readLines("nft-newer.txt"))("%s", (rule) => {
    expect(understanding(inChain(rule))).toEqual(UNDERSTOOD);
  });
});

describe("scripts of newer versions are read", () => {
  test.each(readTexts("nft-newer-scripts.txt"))("%s", (text) => {
    expect(understanding(text)).toEqual(UNDERSTOOD);
  });
});

describe("what nft refuses has an error with a place and a remedy", () => {
  const texts = [
    ...readLines("nft-refused.txt").map((rule): [string, string] => [rule, inChain(rule)]),
    ...readTexts("nft-refused-scripts.txt").map((text): [string, string] => [text, text]),
  ];
  test.each(texts)("%s", (_name, text) => {
    const { diagnostics } = parse(text);
    const [first] = diagnostics.filter(({ severity }) => severity === "error");
    expect(first?.code).toMatch(/^PM1\d{3}$/);
    expect(first?.span).not.toBeNull();
    expect(first?.help).not.toBe("");
  });
});
