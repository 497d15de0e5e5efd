import type { CheckedIntent } from "../../engine/answer/check.ts";
import { type ProbeResult, vantageText } from "../probe/model.ts";
import type { Symptom, Wellness } from "./model.ts";

/** What a probe's result says of an incident. */
export type Felt =
  | { readonly kind: "symptom"; readonly symptom: Symptom }
  /** The symptom of this id is over, and these connections worked. */
  | { readonly kind: "well"; readonly id: string; readonly wellness: readonly Wellness[] }
  /** Nothing is known: neither a symptom nor its end. */
  | { readonly kind: "nothing" };

/** Reads a probe's result as what hurts, or does no more. Slow is not broken. */
export function feel(result: ProbeResult): Felt {
  const { monitor, outcome, atMs, durationMs, flows, stage, reason, measured, vantage } = result;
  const id = `probe/${monitor}`;
  const endMs = atMs + durationMs;
  switch (outcome) {
    case "failed":
      return {
        kind: "symptom",
        symptom: {
          id,
          /* Since when it is known to fail: it may have begun well, before what broke it came. */
          sinceMs: endMs,
          /* What came and went while it ran may be what it hung on. */
          earliestMs: atMs,
          text: `probe ${monitor} fails at ${stage}: ${reason ?? "no reason given"} (${measured}, ${vantageText(vantage)})`,
          flows,
          intent: null,
        },
      };
    case "ok":
    case "degraded":
      /* It worked when it began: what came, or went, while it ran may not have met it. */
      return { kind: "well", id, wellness: flows.map((flow) => ({ ...flow, atMs, endMs })) };
    case "blind":
      return { kind: "nothing" };
  }
}

/** An intent that is proved broken is a symptom that nobody has had to feel yet. */
export function intentSymptom(device: string, intent: CheckedIntent, sinceMs: number): Symptom {
  const { id, from, to, services, expect } = intent;
  const what = `${from} → ${to}, ${services.join(", ")}`;
  return {
    id: `intent/${device}/${id}`,
    sinceMs,
    intent: { device, id },
    text: `intent ${id} is broken: ${what} ${expect === "reachable" ? "cannot pass" : "can pass"}`,
    flows: services.map((service) => ({ from, to, service })),
  };
}
