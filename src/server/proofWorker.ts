import { strict as assert } from "node:assert";
import { parentPort } from "node:worker_threads";
import { proveChange } from "../operations/change/prove.ts";
import type { Network } from "../operations/inventory/model.ts";
import type { ProofOrder, ProofResult } from "./proofThread.ts";

/* The thread that proves changes: the server answers everybody else meanwhile. */

/** The same object as long as it is the same: what was judged for it is found again. */
let known: Network | null = null;

parentPort?.on("message", (order: ProofOrder) => parentPort?.postMessage(answered(order)));

function answered({ number, network, question }: ProofOrder): ProofResult {
  try {
    known = network ?? known;
    assert(known !== null, "the first order brings the network");
    const input = { ...question, network: known };
    return { number, kind: "proved", answer: proveChange(input) };
  } catch (fault) {
    return { number, kind: "failed", fault };
  }
}
