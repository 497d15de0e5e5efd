import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readDevice } from "../../engine/parsers/readDevice.ts";
import { parseNetwork } from "../inventory/networkFile.ts";
import { contradicting } from "./openConnections.ts";

const EDGE = readFileSync("examples/mail/edge.nft", "utf8");
const { network } = parseNetwork("n", readFileSync("examples/mail/premortem.yaml", "utf8"));
const { device } = readDevice({ files: new Map([["edge", EDGE]]), roots: ["edge"] });

/** As `conntrack -L` has it (1.4.7). */
function entry(protocol: string, state: string, from: string, to: string, server = to): string {
  const [source, sourcePort] = from.split(" ");
  const [target, targetPort] = to.split(" ");
  const [answering, answeringPort] = server.split(" ");
  const number = protocol === "tcp" ? 6 : 17;
  return `${protocol}      ${number} 431999 ${state}src=${source} dst=${target} sport=${sourcePort} dport=${targetPort} src=${answering} dst=${source} sport=${answeringPort} dport=${sourcePort} [ASSURED] mark=0 use=1`;
}

const CASES: readonly (readonly [string, string, number, number])[] = [
  ["mail to the internet", entry("tcp", "ESTABLISHED ", "10.10.2.11 40000", "8.8.8.8 25"), 1, 0],
  [
    "the web of a mail server",
    entry("tcp", "ESTABLISHED ", "10.10.2.11 40000", "8.8.8.8 80"),
    1,
    1,
  ],
  [
    "mail from the internet, translated",
    entry("tcp", "ESTABLISHED ", "8.8.8.8 40000", "203.0.113.1 25", "10.10.2.5 25"),
    1,
    0,
  ],
  ["names of a stranger", entry("udp", "", "10.10.2.99 40000", "8.8.8.8 53"), 1, 1],
  ["an administrator", entry("tcp", "ESTABLISHED ", "10.10.1.7 40000", "10.10.1.1 22"), 1, 0],
  [
    "somebody else on the device",
    entry("tcp", "ESTABLISHED ", "10.10.2.7 40000", "10.10.1.1 22"),
    1,
    1,
  ],
  ["one from nowhere known", entry("tcp", "ESTABLISHED ", "192.0.2.1 40000", "10.10.2.5 25"), 0, 0],
  ["one that ends", entry("tcp", "TIME_WAIT ", "10.10.2.11 40000", "8.8.8.8 80"), 0, 0],
];

test.each(CASES)("%s", (_name, line, looked, refused) => {
  if (network === null) throw new Error("no network");
  const found = contradicting(network, "edge", device, `${line}\n`);
  expect({ looked: found.looked, refused: found.contradicting }).toEqual({ looked, refused });
});

test("those that are not looked at are counted", () => {
  if (network === null) throw new Error("no network");
  const line = entry("tcp", "ESTABLISHED ", "192.0.2.1 40000", "10.10.2.5 25");
  expect(contradicting(network, "edge", device, `${line}\n${line}\n`).notLooked).toBe(2);
});
