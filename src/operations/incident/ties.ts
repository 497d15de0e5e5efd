import type { Loss } from "../../engine/diff/losses.ts";
import type { IntentAnswer } from "../../engine/intents/model.ts";
import type { Network } from "../inventory/model.ts";
import { type Asked, askFlow } from "./asked.ts";
import type { ObservedDifference, SymptomFlow, Tie } from "./model.ts";
import type { Proofs } from "./proofs.ts";

/** What is known of what a symptom asks under one difference. */
export interface Judged {
  readonly tie: Tie;
  /** Why it is not known, in words, as far as there are any; empty where it is. */
  readonly reasons: readonly string[];
}

export const NOT_EXPLAINED: Judged = { tie: "notExplained", reasons: [] };

type Question = Extract<Asked, { kind: "asked" }>;

/** Whether connections that were possible are so no more. */
export function breaksFlow(
  network: Network,
  difference: ObservedDifference,
  flow: SymptomFlow,
  proofs: Proofs,
): Judged {
  /* Proved for all packets. */
  if (difference.meaning === "harmless") return NOT_EXPLAINED;
  const asked = askFlow(network, difference.device, flow);
  if (asked.kind === "notAsked") return NOT_EXPLAINED;
  if (asked.kind === "notPlanned") return { tie: "unknown", reasons: [] };
  const tie = verdictTie(network, difference, asked, proofs);
  return asFarAsProved(network, difference, asked, tie, proofs);
}

/** Whether `breaksFlow` says `explained`, without asking what else may be otherwise where it does not. */
export function isProvedToBreak(
  network: Network,
  difference: ObservedDifference,
  flow: SymptomFlow,
  proofs: Proofs,
): boolean {
  const { device, meaning, readWhole } = difference;
  if (meaning === "harmless" || !readWhole.before) return false;
  const asked = askFlow(network, device, flow);
  return asked.kind === "asked" && verdictTie(network, difference, asked, proofs) === "explained";
}

/** What accepting and dropping alone say of it. */
export function verdictTie(
  network: Network,
  difference: ObservedDifference,
  asked: Question,
  proofs: Proofs,
): Tie {
  const after = proofs.status(network, difference.after, asked);
  if (after === "holds") return "notExplained";
  const before = proofs.status(network, difference.before, asked);
  if (after === "broken" && before !== "broken") return "explained";
  return before === "holds" ? "unknown" : LOST[lossOf(network, difference, asked, proofs)];
}

const LOST = { none: "notExplained", some: "explained", unknown: "unknown" } as const;

/**
 * What passes where a ruleset was not read whole is not proved to pass, and nobody is acquitted of what accepting
 * and dropping do not show: other addresses, connections that are not tracked, chains at the edge.
 */
export function asFarAsProved(
  network: Network,
  difference: ObservedDifference,
  asked: Question,
  tie: Tie,
  proofs: Proofs,
): Judged {
  const { device, before, after, readWhole } = difference;
  const unread = [
    ...(readWhole.before ? [] : [`${device} was not read whole before it`]),
    ...(readWhole.after || tie === "explained" ? [] : [`${device} was not read whole after it`]),
  ];
  if (unread.length > 0) return { tie: "unknown", reasons: unread };
  if (tie === "explained") return { tie, reasons: [] };
  const unlike = proofs.unlike(network, [before, after], asked.key, asked.intent);
  if (unlike.length === 0) return { tie, reasons: [] };
  return { tie: "unknown", reasons: unlike.map((reason) => `${device}: ${reason}`) };
}

/** Of what does not hold on either side: whether connections got through before that do not after. */
function lossOf(
  network: Network,
  { before, after }: ObservedDifference,
  { key, intent }: Question,
  proofs: Proofs,
): Loss {
  return proofs.loss(network, [before, after], key, intent);
}

/** Null: this device has no say, or it is not known whether it has. */
export function flowStatus(
  network: Network,
  difference: ObservedDifference,
  side: "before" | "after",
  flow: SymptomFlow,
  proofs: Proofs,
): IntentAnswer["status"] | null {
  const asked = askFlow(network, difference.device, flow);
  return asked.kind === "asked" ? proofs.status(network, difference[side], asked) : null;
}
