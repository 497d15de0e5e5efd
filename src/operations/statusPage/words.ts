import type { ComponentState, PublicIncident, PublicStatus, StatusState } from "./model.ts";

/* Sentences for people outside: no word of them comes from the inside. */

export const STATE_WORDS: Readonly<Record<ComponentState, string>> = {
  operational: "works",
  degraded_performance: "slow, or not as it should be",
  partial_outage: "disturbed",
  major_outage: "does not work",
  unknown: "not known at the moment",
};

export const STATUS_WORDS: Readonly<Record<PublicStatus, string>> = {
  investigating: "We see it, and look for the cause.",
  identified: "The cause is found; we put it right.",
  monitoring: "It is put right; we watch whether all of it works again.",
  resolved: "It is over.",
};

export function incidentName({ components }: PublicIncident): string {
  return `Disturbed: ${components.join(", ")}`;
}

export function statusNow({ updates }: PublicIncident): PublicStatus {
  return updates.at(-1)?.status ?? "investigating";
}

export type Indicator = "none" | "minor" | "major" | "critical";

/** The whole in one word, as Statuspage says it. */
export function indicatorOf({ components }: StatusState): {
  readonly indicator: Indicator;
  readonly description: string;
} {
  const states = components.map(({ state }) => state);
  const worst = (...wanted: readonly ComponentState[]) =>
    states.some((one) => wanted.includes(one));
  if (states.length > 0 && states.every((one) => one === "major_outage"))
    return { indicator: "critical", description: "Major System Outage" };
  if (worst("major_outage", "partial_outage"))
    return { indicator: "major", description: "Partial System Outage" };
  if (worst("degraded_performance"))
    return { indicator: "minor", description: "Partially Degraded Service" };
  if (worst("unknown")) return { indicator: "minor", description: "Not known at the moment" };
  return { indicator: "none", description: "All Systems Operational" };
}
