import { Script } from "node:vm";
import { withinTimeLimit } from "../engine/bdd/index.ts";
import { EXIT, type ExitCode } from "./exit.ts";
import { tellUsage } from "./problems.ts";
import type { Stream } from "./streams.ts";

/** What a command has done so far, and what it does; told where it is cut short. */
export interface Work {
  /** Begins another piece of work. */
  readonly begin: (work: string) => void;
  readonly limit: SecondsLimit | null;
}

/** Seconds that a command may take. */
export interface SecondsLimit {
  readonly seconds: number;
  readonly isOver: () => boolean;
}

/** Runs what makes nodes within the limit of a command: what is not done by then is told as not analysed. */
export function inTime<T>({ limit }: Work, work: () => T): T {
  if (limit === null) return work();
  const { isOver, seconds } = limit;
  return withinTimeLimit({ isOver, told: `more than ${seconds} s` }, work);
}

/** Milliseconds in which repairs are tried: a person waits for the answer. */
const REPAIR_MS = 30_000;

/** Whether there is time for another repair. */
export function repairTime({ limit }: Work): () => boolean {
  const began = Date.now();
  return () => Date.now() - began < REPAIR_MS && limit?.isOver() !== true;
}

/** Work that makes no nodes looks at no clock; that much later it is cut off. */
const GRACE = 2;
const GRACE_MS = 10_000;

/** Where the script finds what to call: it shares nothing else with this module. */
const SLOT = "premortemInterruptible";

/**
 * Runs a synchronous command so that Ctrl-C, and a time that is long over, end it with a word about what
 * was done. Node hands signals to nobody while it computes, except to scripts of `vm` that ask for it.
 */
export function interruptible(
  seconds: number | null,
  error: Stream,
  run: (work: Work) => ExitCode,
): ExitCode {
  const began = Date.now();
  const done: string[] = [];
  const begin = (work: string): void => {
    done.push(work);
  };
  const limit =
    seconds === null ? null : { seconds, isOver: () => Date.now() - began > seconds * 1000 };
  const slots: Record<string, unknown> = globalThis;
  slots[SLOT] = () => run({ begin, limit });
  try {
    const timeout = seconds === null ? {} : { timeout: seconds * 1000 * GRACE + GRACE_MS };
    const script = new Script(`globalThis.${SLOT}()`);
    return script.runInThisContext({ breakOnSigint: true, displayErrors: false, ...timeout });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : "";
    if (code === "ERR_SCRIPT_EXECUTION_INTERRUPTED") {
      tellCut("interrupted", done, error);
      return EXIT.interrupted;
    }
    if (code === "ERR_SCRIPT_EXECUTION_TIMEOUT") {
      tellCut(`not analysed: more than ${seconds} s`, done, error);
      return EXIT.undecided;
    }
    throw cause;
  } finally {
    delete slots[SLOT];
  }
}

function tellCut(how: string, done: readonly string[], error: Stream): void {
  const last = done.at(-1);
  const before = done.slice(0, -1);
  tellUsage(
    error,
    last === undefined ? how : `${how}, while ${last}`,
    before.length === 0
      ? "nothing is proved"
      : `nothing is proved; done were: ${before.join(", ")}`,
  );
}
