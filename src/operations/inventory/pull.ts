import { randomUUID } from "node:crypto";
import { quoted } from "../../platform/transport/quoted.ts";
import type { Transport, TransportFault } from "../../platform/transport/transport.ts";
import type { NetworkDevice } from "./model.ts";
import { redact } from "./redact.ts";
import { makeSnapshot, type Snapshot, type SnapshotPart } from "./snapshot.ts";

/** Something that is read from a device, and the words that read it. None of them writes anything. */
export interface Reading {
  readonly name: string;
  readonly command: readonly string[];
  /** True: a device without it is read all the same. */
  readonly isOptional: boolean;
}

const COMMANDS: readonly Reading[] = [
  { name: "nft", command: ["nft", "-s", "list", "ruleset"], isOptional: true },
  ...["iptables", "ip6tables"].flatMap((family) =>
    ["nft", "legacy"].map((backEnd) => ({
      name: `${family}-${backEnd}`,
      command: [`${family}-${backEnd}-save`],
      isOptional: true,
    })),
  ),
  { name: "ipset", command: ["ipset", "save"], isOptional: true },
  { name: "links", command: ["ip", "-j", "link"], isOptional: false },
  { name: "addresses", command: ["ip", "-j", "address"], isOptional: false },
  { name: "routes", command: ["ip", "-j", "route", "show", "table", "all"], isOptional: false },
  {
    name: "routes6",
    command: ["ip", "-6", "-j", "route", "show", "table", "all"],
    isOptional: false,
  },
  { name: "routing rules", command: ["ip", "-j", "rule"], isOptional: false },
];

/** Everything that is read from a device, to be shown before it is asked for. */
export function readingsOf({ sources }: NetworkDevice): readonly Reading[] {
  const files = sources.map((path) => ({
    name: path,
    command: ["cat", "--", path],
    isOptional: true,
  }));
  return [...COMMANDS, ...files];
}

/** A device as it was read, and what could not be seen. */
export interface Pulled {
  readonly kind: "pulled";
  readonly snapshot: Snapshot;
  /** In words: a snapshot with gaps is no proof of what it does not show. */
  readonly notSeen: readonly string[];
}

export interface PullFailed {
  readonly kind: "failed";
  readonly message: string;
  readonly help: string;
}

/**
 * Reads a device, in one command: each costs a round trip, and a watch reads while somebody waits. What
 * each reading prints ends at a mark that nothing on the device can know.
 */
export async function pull(
  transport: Transport,
  device: NetworkDevice,
): Promise<Pulled | PullFailed | TransportFault> {
  const readings = readingsOf(device);
  const mark = randomUUID();
  const ran = await transport.run(["sh", "-c", scriptOf(readings, mark)]);
  if (ran.kind === "fault") return ran;
  const printed = splitPrinted(ran.out, mark);
  const parts: SnapshotPart[] = [];
  const notSeen: string[] = [];
  for (const [index, reading] of readings.entries()) {
    const read = judge(reading, printed[index] ?? BROKEN_OFF);
    if (read.kind === "failed") return read;
    if (read.problem !== null) notSeen.push(`${reading.name}: ${read.problem}`);
    parts.push({ name: reading.name, text: read.text });
  }
  return { kind: "pulled", snapshot: makeSnapshot(device.name, parts), notSeen };
}

/** Behind what each command prints stand the mark, its exit code, and the last line of what it said. */
function scriptOf(readings: readonly Reading[], mark: string): string {
  const calls = readings.map(({ command }) => `read_one ${command.map(quoted).join(" ")}`);
  return `exec 3>&1
read_one() {
  error=$("$@" 2>&1 >&3)
  code=$?
  printf '\\n%s %s %s\\n' ${mark} "$code" "$(printf %s "$error" | tail -n 1)"
}
${calls.join("\n")}`;
}

/** What one command printed, and how it ended. */
interface Printed {
  readonly text: string;
  readonly code: number;
  readonly error: string;
}

const BROKEN_OFF: Printed = { text: "", code: 1, error: "the reading broke off" };

function splitPrinted(out: string, mark: string): readonly Printed[] {
  const [first = "", ...pieces] = out.split(`\n${mark} `);
  let text = first;
  return pieces.map((piece) => {
    const end = piece.indexOf("\n");
    const [code = "", ...error] = piece.slice(0, end).split(" ");
    const printed = { text, code: Number(code), error: error.join(" ") };
    text = piece.slice(end + 1);
    return printed;
  });
}

interface Read {
  readonly kind: "read";
  readonly text: string | null;
  /** Null: it was read whole, or is really not there. */
  readonly problem: string | null;
}

/** A shell says so where a program is not there (POSIX shell, 2.8.2). */
const NO_PROGRAM = 127;

function judge({ command, isOptional, name }: Reading, printed: Printed): Read | PullFailed {
  const { text, code, error } = printed;
  if (code === 0) return { kind: "read", text: steady(redact(text)), problem: null };
  if (isOptional && code === NO_PROGRAM) return { kind: "read", text: null, problem: null };
  if (isOptional) return { kind: "read", text: null, problem: error };
  return {
    kind: "failed",
    message: `\`${command.join(" ")}\` failed: ${error}`,
    help: `without ${name} the device is not known: look at what the login may do`,
  };
}

/** Without what changes though nothing has changed: dates and counters of iptables-save. */
function steady(text: string): string {
  return text
    .replace(/^(# (?:Generated by|Completed).*?) on .*$/gm, "$1")
    .replace(/^(:\S+ \S+) \[\d+:\d+\]$/gm, "$1 [0:0]");
}
