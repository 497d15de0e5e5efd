import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { ProofAnswer } from "../engine/answer/proof.ts";
import type { ProveInput } from "../operations/change/prove.ts";
import type { Prover } from "../operations/change/prover.ts";
import type { Network } from "../operations/inventory/model.ts";

/*
 * Proofs run one after the other on a thread of their own: with 5,000 rules one takes seconds, in which the server
 * would answer nobody, take every probe for late, and lose its connections to the database. What the thread has read
 * and judged of a device stays there for the next proof.
 */

export interface ProofOrder {
  readonly number: number;
  /** Null: the one of the order before. */
  readonly network: Network | null;
  readonly question: Omit<ProveInput, "network">;
}

export type ProofResult =
  | { readonly number: number; readonly kind: "proved"; readonly answer: ProofAnswer }
  | { readonly number: number; readonly kind: "failed"; readonly fault: unknown };

export interface ProofThread {
  readonly prove: Prover;
  close(): Promise<void>;
}

/** Proofs that may wait: each holds the files of its change. */
const MAXIMUM_WAITING = 50;

interface Waiting {
  readonly resolve: (answer: ProofAnswer) => void;
  readonly reject: (fault: unknown) => void;
}

/** `file`: the bundle of `proofWorker.ts`. The thread begins with the first proof, and anew after its end. */
export function openProofThread(file: URL): ProofThread {
  const waiting = new Map<number, Waiting>();
  let thread: Worker | null = null;
  let sent: Network | null = null;
  let lastNumber = 0;
  const failAll = (fault: unknown) => {
    thread = null;
    sent = null;
    for (const { reject } of waiting.values()) reject(fault);
    waiting.clear();
  };
  const begin = (): Worker => {
    const made = new Worker(file);
    made.on("message", (result: ProofResult) => {
      const one = waiting.get(result.number);
      waiting.delete(result.number);
      if (result.kind === "proved") one?.resolve(result.answer);
      else one?.reject(new Error("prove a change", { cause: result.fault }));
    });
    let cause: unknown;
    made.on("error", (fault) => {
      cause = fault;
    });
    made.on("exit", () => {
      if (thread === made) failAll(new Error("the thread that proves has ended", { cause }));
    });
    /* A process that has nothing else to do may end. */
    made.unref();
    return made;
  };
  return {
    prove: ({ network, ...question }) =>
      new Promise((resolve, reject) => {
        if (waiting.size >= MAXIMUM_WAITING) {
          reject(new Error(`more than ${MAXIMUM_WAITING} proofs wait`));
          return;
        }
        lastNumber += 1;
        thread ??= begin();
        const order = { number: lastNumber, network: network === sent ? null : network, question };
        thread.postMessage(order satisfies ProofOrder);
        sent = network;
        waiting.set(lastNumber, { resolve, reject });
      }),
    async close() {
      const ending = thread;
      failAll(new Error("the server ends"));
      if (ending === null) return;
      const ended = once(ending, "exit");
      await ending.terminate();
      await ended;
    },
  };
}
