import type { ProofAnswer } from "../../engine/answer/proof.ts";
import { type ProveInput, proveChange } from "./prove.ts";

/** Where a change is proved: the answer is the same everywhere. Thousands of rules take seconds. */
export type Prover = (input: ProveInput) => Promise<ProofAnswer>;

/** On the thread that asks: nothing else goes on there meanwhile. */
export const proveHere: Prover = async (input) => proveChange(input);
