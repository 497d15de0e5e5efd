import type { Recovery } from "../operations/apply/options.ts";
import { isWell } from "../operations/probe/model.ts";
import type { Probes } from "../operations/probe/service.ts";
import { systemWait } from "../platform/clock.ts";

/** Milliseconds for which what still fails is asked again: servers need some to reach their databases anew. */
const HELP_MS = 10_000;
const PAUSE_MS = 1_000;

/** Sentences on what was done so that mail of the outage leaves, and on what it still waits for. */
export async function helpBack(
  recovery: Recovery,
  probes: Pick<Probes, "run">,
  closing: AbortSignal,
): Promise<readonly string[]> {
  const flushed = await recovery.flush();
  const asked = await Promise.all(recovery.probes().map((id) => untilWell(probes, id, closing)));
  return [
    ...flushed.map(({ device, problem }) =>
      problem === null
        ? `${device}: queue flushed`
        : `${device}: the queue was not flushed: ${problem}`,
    ),
    ...asked.map(({ monitor, outcome, reason, measured }) =>
      isWell(outcome)
        ? `${monitor} works again (${measured})`
        : `still waiting for ${monitor}: ${outcome}, ${reason ?? "no reason given"}`,
    ),
  ];
}

type Result = Awaited<ReturnType<Probes["run"]>>;

async function untilWell(
  probes: Pick<Probes, "run">,
  id: string,
  closing: AbortSignal,
): Promise<Result> {
  const untilMs = performance.now() + HELP_MS;
  for (;;) {
    const result = await probes.run(id);
    if (isWell(result.outcome) || closing.aborted || performance.now() > untilMs) return result;
    await systemWait(PAUSE_MS, closing);
  }
}
