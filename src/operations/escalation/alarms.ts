import type { Raised } from "../alert/model.ts";
import type { Escalation } from "./model.ts";

/** How the keys of these alerts begin. */
export const ALARM_PREFIX = "escalation/";

/** What has to be said loudly of what runs: that nobody has come, and that a calendar has nobody on call. */
export function alarmsOf(open: readonly Escalation[]): readonly Raised[] {
  return open.flatMap((escalation) => [...exhausted(escalation), ...nobody(escalation)]);
}

/** Each is a group of its own: in the group of its incident it would be no news, and nobody would be told. */
function exhausted({ id, title, policy, state, subject }: Escalation): readonly Raised[] {
  if (state.kind !== "exhausted") return [];
  const key = `${ALARM_PREFIX}${id}/exhausted`;
  return [
    {
      key,
      group: key,
      severity: "page",
      title: `nobody has come, and nobody is called any more: ${title}`,
      text: `policy ${policy.name} is at its end; take it in hand, or call somebody yourself`,
      labels: { subject, policy: policy.name },
      link: null,
    },
  ];
}

function nobody({ id, policy, state, subject, nobody: absent }: Escalation): readonly Raised[] {
  if (state.kind === "acknowledged") return [];
  return absent.map((name) => {
    const key = `${ALARM_PREFIX}${id}/nobody/${name}`;
    return {
      key,
      group: key,
      severity: "page",
      title: `${name} has nobody who could be called for ${subject}`,
      text: `policy ${policy.name} went on with its next step; name somebody: premortem on-call`,
      labels: { subject, policy: policy.name },
      link: null,
    };
  });
}
