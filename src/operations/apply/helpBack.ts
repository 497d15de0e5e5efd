import { isWell } from "../probe/model.ts";
import { type Check, runChecks } from "./checks.ts";
import type { CheckTime } from "./checkTime.ts";
import type { Probes } from "./confirmation.ts";
import type { Recovery } from "./options.ts";
import type { Flushed } from "./queues.ts";

/** Milliseconds for which what still fails is asked again: servers need some to reach their databases anew. */
const HELP_MS = 10_000;
const PAUSE_MS = 1_000;
/** Milliseconds that the last answer may take: services are busy then. */
const ANSWER_MS = 10_000;
/** All of it in wall time, where premortem itself is busy. */
const MOST_MS = 40_000;

export interface HelpParts {
  readonly recovery: Pick<Recovery, "flush">;
  readonly probes: Pick<Probes, "run">;
  readonly time: CheckTime;
}

/** What was done so that mail of an outage leaves, and what of it works by now. */
export interface Helped {
  readonly flushed: readonly Flushed[];
  readonly asked: readonly AskedAnew[];
}

/** What a probe said last. */
export interface AskedAnew {
  readonly probe: string;
  readonly isWell: boolean;
  readonly text: string;
}

/** Helps services back, behind a rollback and behind an undo alike: mail is tried, and `ids` are asked until they are well. */
export async function helpBack(
  { recovery, probes, time }: HelpParts,
  ids: readonly string[],
  closing: AbortSignal,
): Promise<Helped> {
  const flushed = await recovery.flush();
  const checks = [...new Set(ids)].map(
    (id): Check => ({
      kind: "probe",
      name: id,
      isCounted: false,
      deadlineMs: HELP_MS + ANSWER_MS,
      mostMs: MOST_MS,
      run: async (signal) => untilWell(probes, id, time, signal),
    }),
  );
  const { evidence } = await runChecks(checks, time, closing);
  return {
    flushed,
    asked: evidence.map(({ name, passed, text }) => ({ probe: name, isWell: passed, text })),
  };
}

/** The same in sentences. */
export function helpedText({ flushed, asked }: Helped): readonly string[] {
  return [
    ...flushed.map(({ device, problem }) =>
      problem === null
        ? `${device}: queue flushed`
        : `${device}: the queue was not flushed: ${problem}`,
    ),
    ...asked.map((one) =>
      one.isWell
        ? `${one.probe} works again (${one.text})`
        : `still waiting for ${one.probe}: ${one.text}`,
    ),
  ];
}

async function untilWell(
  probes: HelpParts["probes"],
  id: string,
  time: CheckTime,
  signal: AbortSignal,
): ReturnType<Check["run"]> {
  const untilMs = time.now() + HELP_MS;
  for (;;) {
    const { status, text } = await probes.run(id, signal);
    if (isWell(status)) return { passed: true, text };
    if (signal.aborted || time.now() >= untilMs)
      return { passed: false, text: `${status}: ${text}` };
    await time.wait(PAUSE_MS, signal);
  }
}
