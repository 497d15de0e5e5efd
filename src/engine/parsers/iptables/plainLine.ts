import { interfaceNameValue } from "../../base/interfaceName.ts";
import type { Range } from "../../base/range.ts";
import type { Statement, Verdict } from "../../device/statement.ts";
import { PROTOCOL } from "../../packet/selectors/index.ts";
import { readPlainIpv4, readPlainPorts } from "../plainWords.ts";
import { matchRanges, matchValue } from "./build.ts";

/*
 * The commonest lines of big dumps, read in one go: `-A CHAIN -s -d -i -o -p -m tcp --dport -j ACCEPT`, each word as
 * `iptables-save` prints it. What is read here is what the modules read, and whatever is written in any other way is
 * left to them: `plainLine.test.ts` holds both against each other.
 */

/** What a plain line says, and the chain that it adds a rule to. */
export interface PlainLine {
  readonly chain: string;
  readonly statements: readonly Statement[];
}

/** What the words of a line ask, in the order in which the kernel runs it. */
interface Asked {
  incoming: Range | null;
  outgoing: Range | null;
  protocol: "tcp" | "udp" | null;
  source: Range | null;
  destination: Range | null;
  /** The module of the protocol was named. */
  hasModule: boolean;
  sourcePorts: Range | null;
  destinationPorts: Range | null;
}

/** A line of a table of iptables-nft; null: the modules have to read it. `table`: in `nat` nothing may be dropped. */
export function readPlainLine(line: string, table: string): PlainLine | null {
  const words = line.split(" ");
  const [command, chain = ""] = words;
  const target = VERDICTS.get(words.at(-1) ?? "");
  if (command !== "-A" || target === undefined || words.at(-2) !== "-j") return null;
  if (!PLAIN_NAME.test(chain) || table === "nat") return null;
  const asked: Asked = {
    incoming: null,
    outgoing: null,
    protocol: null,
    source: null,
    destination: null,
    hasModule: false,
    sourcePorts: null,
    destinationPorts: null,
  };
  if (words.length % 2 !== 0) return null;
  for (let at = 2; at < words.length - 2; at += 2)
    if (!readOption(asked, chain, words[at] ?? "", words[at + 1] ?? "")) return null;
  if (asked.hasModule && asked.sourcePorts === null && asked.destinationPorts === null) return null;
  return { chain, statements: [...statementsOf(asked), target] };
}

const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

const VERDICTS: ReadonlyMap<string, Statement> = new Map(
  (
    [
      ["ACCEPT", { kind: "accept" }],
      ["DROP", { kind: "drop" }],
      ["RETURN", { kind: "return" }],
    ] as const satisfies readonly (readonly [string, Verdict])[]
  ).map(([name, verdict]): [string, Statement] => [name, { kind: "verdict", verdict }]),
);

/** False: it is told twice, stands in another order, or is no plain one. */
function readOption(asked: Asked, chain: string, option: string, value: string): boolean {
  switch (option) {
    case "-s":
      if (asked.source !== null) return false;
      asked.source = readNetwork(value);
      return asked.source !== null;
    case "-d":
      if (asked.destination !== null) return false;
      asked.destination = readNetwork(value);
      return asked.destination !== null;
    case "-i":
      if (asked.incoming !== null || chain === "OUTPUT" || chain === "POSTROUTING") return false;
      asked.incoming = readInterface(value);
      return asked.incoming !== null;
    case "-o":
      if (asked.outgoing !== null || chain === "INPUT" || chain === "PREROUTING") return false;
      asked.outgoing = readInterface(value);
      return asked.outgoing !== null;
    case "-p":
      if (asked.protocol !== null || (value !== "tcp" && value !== "udp")) return false;
      asked.protocol = value;
      return true;
    case "-m":
      if (asked.hasModule || asked.protocol !== value) return false;
      asked.hasModule = true;
      return true;
    case "--sport":
      if (!asked.hasModule || asked.sourcePorts !== null) return false;
      asked.sourcePorts = readPorts(value);
      return asked.sourcePorts !== null;
    case "--dport":
      if (!asked.hasModule || asked.destinationPorts !== null) return false;
      asked.destinationPorts = readPorts(value);
      return asked.destinationPorts !== null;
    default:
      return false;
  }
}

/** Every address is no question. */
function readNetwork(text: string): Range | null {
  const range = readPlainIpv4(text);
  return range === null || range.to - range.from === ALL_ADDRESSES ? null : range;
}

const ALL_ADDRESSES = 0xffffffffn;

/** No wildcard, and no longer than the kernel takes. */
const INTERFACE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;

function readInterface(text: string): Range | null {
  if (!INTERFACE.test(text)) return null;
  const number = interfaceNameValue(text);
  return { from: number, to: number };
}

/** Every port is no question either. */
function readPorts(text: string): Range | null {
  const range = readPlainPorts(text, ":");
  return range === null || range.to - range.from === ALL_PORTS ? null : range;
}

const ALL_PORTS = 0xffffn;

const PROTOCOLS: Readonly<Record<"tcp" | "udp", Statement>> = {
  tcp: matchValue("meta l4proto", BigInt(PROTOCOL.tcp)),
  udp: matchValue("meta l4proto", BigInt(PROTOCOL.udp)),
};

function statementsOf(asked: Asked): readonly Statement[] {
  const statements: Statement[] = [];
  const add = (id: string, range: Range | null) => {
    if (range !== null) statements.push(matchRanges(id, [range]));
  };
  add("iifname", asked.incoming);
  add("oifname", asked.outgoing);
  if (asked.protocol !== null) statements.push(PROTOCOLS[asked.protocol]);
  add("ip saddr", asked.source);
  add("ip daddr", asked.destination);
  add(`${asked.protocol} sport`, asked.sourcePorts);
  add(`${asked.protocol} dport`, asked.destinationPorts);
  return statements;
}
