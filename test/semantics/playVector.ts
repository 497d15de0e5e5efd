import type { Device } from "../../src/engine/device/device.ts";
import { EMPTY_DEVICE } from "../../src/engine/device/empty.ts";
import type { Host } from "../../src/engine/device/host.ts";
import type { Statement } from "../../src/engine/device/statement.ts";
import { interpret, interpretNext } from "../../src/engine/interpret/interpret.ts";
import { Memory } from "../../src/engine/interpret/memory.ts";
import type { Outcome } from "../../src/engine/interpret/outcome.ts";
import { isNotationError, parsePacket } from "../../src/engine/packet/notation.ts";
import type { PacketSpec } from "../../src/engine/packet/packet.ts";
import { parseIpset } from "../../src/engine/parsers/ipset/index.ts";
import { parseIptables } from "../../src/engine/parsers/iptables/index.ts";
import { parseNft } from "../../src/engine/parsers/nft/index.ts";
import { parseSetup } from "../../src/engine/parsers/setup/index.ts";

/** One line of the measured vectors, both files. */
export interface Vector {
  readonly name: string;
  readonly area: string;
  readonly rulesets: readonly VectorRuleset[];
  readonly setup: Readonly<Record<string, unknown>>;
  readonly sequence?: boolean;
  readonly packets: readonly VectorItem[];
}

export interface VectorRuleset {
  readonly dialect: string;
  readonly text: string;
  readonly backend?: "nft" | "legacy";
}

export interface VectorItem {
  readonly packet?: string;
  readonly expect?: Expectation;
  readonly wait_s?: number;
  readonly nft?: string;
  readonly action?: Readonly<Record<string, unknown>>;
}

export interface Expectation {
  readonly verdict: string;
  readonly answer: string;
  readonly translated: string | null;
  readonly by?: string;
  readonly ruleVerdict?: string;
  readonly leaves?: string;
  readonly out?: string;
}

/** What the model says otherwise than the kernel, one line each; empty where they agree. */
export function playVector(vector: Vector): readonly string[] {
  const memory = new Memory();
  return play(vector, memory, (device, spec, host) => {
    if (vector.sequence === false) memory.flushConnections();
    return interpretNext(device, spec, { host }, memory).outcomes;
  });
}

/** The same with each packet alone, so that nothing but its text is known. */
export function playWithoutMemory(vector: Vector): readonly string[] {
  return play(vector, new Memory(), (device, spec, host) => {
    return interpret(device, spec, { host }).outcomes;
  });
}

type Answer = (device: Device, spec: PacketSpec, host: Host) => readonly Outcome[];

function play(vector: Vector, memory: Memory, answer: Answer): readonly string[] {
  const setup = parseSetup(JSON.stringify(vector.setup));
  const problems: string[] = setup.problems.map((problem) => `setup: ${problem}`);
  let device: Device = EMPTY_DEVICE;
  for (const ruleset of vector.rulesets) device = load(device, ruleset);
  for (const item of vector.packets) {
    if (item.wait_s !== undefined) memory.advance(item.wait_s * 1000);
    if (item.nft !== undefined) device = load(device, { dialect: "nft", text: `${item.nft}\n` });
    if (item.action !== undefined) device = act(device, memory, item.action, problems);
    if (item.packet === undefined || item.expect === undefined) continue;
    const spec = parsePacket(item.packet, { lengthIsExtra: setup.lengthIsExtra });
    if (isNotationError(spec)) {
      problems.push(`${item.packet}: ${spec.message}`);
      continue;
    }
    const difference = compare(answer(device, spec, setup.host), item.expect);
    if (difference !== null) problems.push(`${item.packet}: ${difference}`);
  }
  return problems;
}

export function load(onto: Device, ruleset: VectorRuleset): Device {
  const input = {
    files: new Map([["rules", ruleset.text]]),
    roots: ["rules"],
    onto,
    keepRefused: false,
  };
  switch (ruleset.dialect) {
    case "nft":
      return parseNft(input).device;
    case "ipset":
      return parseIpset(input).device;
    default:
      return parseIptables({
        ...input,
        family: ruleset.dialect.startsWith("ip6") ? "ip6" : "ip",
        noFlush: ruleset.dialect.endsWith("noflush"),
        ...(ruleset.backend === undefined ? {} : { backend: ruleset.backend }),
      }).device;
  }
}

function act(
  device: Device,
  memory: Memory,
  action: Readonly<Record<string, unknown>>,
  problems: string[],
): Device {
  if (typeof action["sleep"] === "number") memory.advance(action["sleep"] * 1000);
  else if (action["conntrack"] === "-F") memory.flushConnections();
  else if (typeof action["shell"] === "string") return runIptables(device, action["shell"]);
  else problems.push(`action not played: ${JSON.stringify(action)}`);
  return device;
}

/** `iptables [-t TABLE] COMMAND …` as a restore without flush. */
function runIptables(device: Device, command: string): Device {
  const words = command.replace(/^iptables /, "");
  const table = /-t (\w+) /.exec(words)?.[1] ?? "filter";
  const text = `*${table}\n${words.replace(/-t \w+ /, "")}\nCOMMIT\n`;
  return load(device, { dialect: "iptables-noflush", text });
}

/** Null where one of the outcomes is what was seen. */
function compare(outcomes: readonly Outcome[], expect: Expectation): string | null {
  if (outcomes.some((outcome) => agrees(outcome, expect))) return null;
  const said = outcomes.map((outcome) => describe(outcome)).join(" | ");
  const { verdict, answer, translated } = expect;
  return `kernel ${verdict} ${answer} ${translated ?? ""}${expect.by ?? ""}; model ${said}`;
}

function agrees(outcome: Outcome, expect: Expectation): boolean {
  if (expect.by !== undefined)
    return outcome.by.kind === "kernel" && sameAnswer(outcome.answer, expect.answer);
  if (seenVerdict(outcome) !== expect.verdict) return false;
  if (!sameAnswer(outcome.answer, expect.answer)) return false;
  if (expect.ruleVerdict !== undefined && outcome.verdict !== expect.ruleVerdict) return false;
  if (expect.leaves !== undefined && outcome.leaves !== expect.leaves) return false;
  if (outcome.verdict !== "queue" && !leavesBy(outcome, expect.out)) return false;
  return expect.verdict !== "accept" || sameHeader(outcome.translated, expect.translated);
}

function leavesBy({ leaves }: Outcome, out: string | undefined): boolean {
  return out === undefined || leaves === out || leaves === "local" || leaves === null;
}

/** A reject that nobody hears looks like a drop. */
function seenVerdict(outcome: Outcome): string {
  if (outcome.verdict === "reject" || outcome.by.kind === "kernel")
    return outcome.answer === "none" ? "drop" : "reject";
  if (outcome.verdict === "queue") return bypasses(outcome) ? "accept" : "drop";
  return outcome.verdict;
}

/** Nobody listens to the queues of a lab: with `bypass` the packet passes, else it is lost. */
function bypasses({ by }: Outcome): boolean {
  const verdict = by.kind === "rule" ? by.rule.statements.find(isQueue) : undefined;
  return verdict?.kind === "verdict" && verdict.verdict.kind === "queue" && verdict.verdict.bypass;
}

function isQueue(statement: Statement): boolean {
  return statement.kind === "verdict" && statement.verdict.kind === "queue";
}

function sameAnswer(model: string, kernel: string): boolean {
  return model === kernel.replace("icmp6", "icmpv6");
}

/** Unknown parts of the model's header agree with anything. */
function sameHeader(model: string | null, kernel: string | null): boolean {
  const plain = kernel?.replace(/ (type|code|id|inner)=.*$/, "") ?? null;
  if (model === plain) return true;
  if (model === null || plain === null) return false;
  const pattern = model.replace(/[.*+^${}()|[\]\\]/g, "\\$&").replaceAll("?", "[^ ]*");
  return new RegExp(`^${pattern}$`).test(plain);
}

function describe(outcome: Outcome): string {
  const by =
    outcome.by.kind === "rule"
      ? outcome.by.rule.text
      : outcome.by.kind === "kernel"
        ? outcome.by.reason
        : outcome.by.kind;
  return `${outcome.verdict} ${outcome.answer} ${outcome.translated ?? ""} leaves ${outcome.leaves} [${by}]`;
}
