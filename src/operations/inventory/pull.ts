import { randomUUID } from "node:crypto";
import { quoted } from "../../platform/transport/quoted.ts";
import type { Ran, Transport, TransportFault } from "../../platform/transport/transport.ts";
import type { NetworkDevice } from "./model.ts";
import { judgeReadings, type Printed, type Reading, readingsOf } from "./reading.ts";
import { makeSnapshot, type Snapshot } from "./snapshot.ts";

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
  const reads = judgeReadings(readings, splitPrinted(ran, mark));
  const gaps = reads.flatMap(({ reading, problem }) =>
    problem === null ? [] : { reading, problem },
  );
  const fatal = gaps.find(({ reading }) => reading.kind === "host");
  if (fatal !== undefined) return notKnown(fatal.reading, fatal.problem);
  const parts = reads.map(({ reading, text }) => ({ name: reading.name, text }));
  return {
    kind: "pulled",
    snapshot: makeSnapshot(device.name, parts),
    notSeen: gaps.map(({ reading, problem }) => `${reading.name}: ${problem}`),
  };
}

function notKnown({ command, name }: Reading, problem: string): PullFailed {
  return {
    kind: "failed",
    message: `\`${command.join(" ")}\` failed: ${problem}`,
    help: `without ${name} the device is not known: look at what the login may do`,
  };
}

/** Behind what each command prints stand the mark, its exit code, and the last line of what it said. */
function scriptOf(readings: readonly Reading[], mark: string): string {
  const calls = readings.map(({ command }) => `read_one ${command.map(quoted).join(" ")}`);
  return `LC_ALL=C
export LC_ALL
exec 3>&1
read_one() {
  error=$("$@" 2>&1 >&3)
  code=$?
  printf '\\n%s %s %s\\n' ${mark} "$code" "$(printf %s "$error" | tail -n 1)"
}
${calls.join("\n")}`;
}

/** Stands for bytes that are no UTF-8. */
const NO_CHARACTER = "\ufffd";

function splitPrinted({ out, notUtf8 }: Ran, mark: string): readonly Printed[] {
  const [first = "", ...pieces] = out.split(`\n${mark} `);
  let text = first;
  return pieces.map((piece) => {
    const end = piece.indexOf("\n");
    const [code = "", ...error] = piece.slice(0, end).split(" ");
    const isUtf8 = notUtf8 !== true || !text.includes(NO_CHARACTER);
    const printed = { text, isUtf8, code: Number(code), error: error.join(" ") };
    text = piece.slice(end + 1);
    return printed;
  });
}
