import type { Transport } from "../../platform/transport/transport.ts";

/** What helps mail back. */
export interface RecoverySteps {
  /** Such as `postqueue -f` on each mail host. */
  readonly commands: readonly { readonly device: string; readonly command: readonly string[] }[];
  /** Probes that show that it is over: a real login, a real mail. */
  readonly probes: readonly string[];
}

/** What came of a command on one device; `problem` null: it was done. */
export interface Flushed {
  readonly device: string;
  readonly problem: string | null;
}

export interface Queues {
  /** Lets mail that was deferred be tried now, and a few times more. Resolves when it was tried once. */
  flush(): Promise<readonly Flushed[]>;
  /** No more of it, for good; resolves when what is under way has ended. */
  stop(): Promise<void>;
}

/**
 * Milliseconds behind the first time. What Postfix had under way in the outage fails later (a question to a
 * resolver after four to ten seconds, a connection after thirty), and a place that failed is not tried again for
 * as long as its backoff, also for mail that is new: one such mail arrived 48 s after the rollback, and 6 s
 * where the next time was at five.
 */
const FLUSH_AGAIN_MS = [1_000, 2_000, 3_000, 5_000, 8_000, 12_000, 20_000, 35_000] as const;

export interface QueueParts {
  readonly commands: () => RecoverySteps["commands"];
  /** Runs a command on a device; null: it was done, otherwise why not. */
  readonly run: (device: string, command: readonly string[]) => Promise<string | null>;
  readonly onFault: (fault: unknown) => void;
}

export function openQueues({ commands, run, onFault }: QueueParts): Queues {
  let timers: readonly NodeJS.Timeout[] = [];
  let isStopped = false;
  const underWay = new Set<Promise<unknown>>();
  const clear = () => timers.forEach(clearTimeout);
  const flushOnce = async (): Promise<readonly Flushed[]> => {
    const flushing = Promise.all(
      commands().map(async ({ device, command }) => ({
        device,
        problem: await run(device, command),
      })),
    );
    underWay.add(flushing);
    return flushing.finally(() => underWay.delete(flushing));
  };
  return {
    async stop() {
      isStopped = true;
      clear();
      await Promise.allSettled(underWay);
    },
    flush() {
      clear();
      if (!isStopped)
        timers = FLUSH_AGAIN_MS.map((ms) =>
          setTimeout(() => void flushOnce().catch(onFault), ms).unref(),
        );
      return flushOnce();
    },
  };
}

/** Runs a command on a device of the network file; null: it was done, otherwise why not. */
export async function runOn(
  devices: {
    readonly network: () => { readonly devices: ReadonlyMap<string, unknown> };
    readonly transportOf: (device: string) => Transport;
  },
  device: string,
  command: readonly string[],
): Promise<string | null> {
  if (!devices.network().devices.has(device))
    return `the network file does not name \`${device}\` any more`;
  const ran = await devices.transportOf(device).run(command);
  if (ran.kind === "fault") return ran.message;
  return ran.code === 0 ? null : (ran.error.trim().split("\n").at(-1) ?? `exit ${ran.code}`);
}
