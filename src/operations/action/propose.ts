import type { Incident } from "../incident/model.ts";
import type { Network } from "../inventory/model.ts";
import { proposalText, proposeIntents } from "../postmortem/regression.ts";
import type { NewAction } from "./model.ts";

/** What an incident teaches, each with what would have told of it: as the postmortem says it. */
export function proposeActions(network: Network, incident: Incident): readonly NewAction[] {
  const { id, cause, symptoms } = incident;
  const common = { incident: id, owner: null, due: null, status: "proposed" } as const;
  const broken = new Set(symptoms.flatMap(({ intent }) => intent?.id ?? []));
  const unreviewed =
    cause?.kind === "explained" && cause.difference.change === null
      ? cause.difference.device
      : null;
  return [
    ...(unreviewed === null
      ? []
      : [
          {
            ...common,
            key: `approved/${unreviewed}`,
            text: `Let rules of ${unreviewed} come by reviewed changes alone`,
            check: { kind: "approved", device: unreviewed } as const,
          },
        ]),
    ...[...broken].map((intent) => ({
      ...common,
      key: `intent/${intent}`,
      text: `Keep ${intent} holding`,
      check: { kind: "intent", intent } as const,
    })),
    ...proposeIntents(network, incident).map((proposal) => ({
      ...common,
      key: `intent/${proposal.id}`,
      text: proposalText(proposal),
      check: { kind: "intent", intent: proposal.id } as const,
    })),
  ];
}
