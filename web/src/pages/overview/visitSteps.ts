import type { Change, Incident } from "../../api/types.ts";

export interface Step {
  readonly to: string;
  readonly title: string;
  readonly text: string;
  readonly isDone: boolean;
  /** Others have to be done before it. */
  readonly isLater?: boolean;
}

/** Place of the step that comes next; -1: all is done. */
export function nextOf(steps: readonly Step[]): number {
  return steps.findIndex(({ isDone, isLater = false }) => !isDone && !isLater);
}

/** What there is to see how far a visit has come. */
export interface Seen {
  readonly changes: readonly Pick<Change, "proof">[];
  readonly incidents: readonly Pick<Incident, "id" | "undo" | "recoveredMs">[];
  /** The one step that leaves nothing behind. */
  readonly hasRead: boolean;
  readonly hasDrilled: boolean;
}

/** What is done is seen in what is there, whoever did it. */
export function stepsOf({ changes, incidents, hasRead, hasDrilled }: Seen): readonly Step[] {
  const [incident] = incidents;
  const [undone] = incidents.filter(({ undo }) => undo !== null);
  return [
    proposalStep(changes, incidents),
    {
      to: "/devices/fw1",
      title: "Put it in by hand all the same",
      text: "As somebody would over ssh at night. Errors of the database and complaints come in; an incident opens within seconds and names the rule.",
      isDone: incident !== undefined,
    },
    {
      to: incident === undefined ? "/incidents" : `/incidents/${incident.id}`,
      title: "Undo it, best on a phone-sized window",
      text: "What it takes, and what it gives back, stands beside the button: proved on what runs.",
      isDone: undone !== undefined,
    },
    {
      to: undone === undefined ? "/incidents" : `/incidents/${undone.id}/postmortem`,
      title: "Read the postmortem",
      text: "It is drafted from what was seen, with the check that would have refused the rule.",
      isDone: hasRead,
    },
    {
      to: "/training",
      title: "Play the outage yourself",
      text: "As a drill, with the clock running: what does it cost to chase the database first?",
      isDone: hasDrilled,
    },
  ];
}

/** Where the rule runs already, a proposal of it breaks nothing more: it would not be refused. */
function proposalStep(changes: Seen["changes"], incidents: Seen["incidents"]): Step {
  const step = { to: "/changes/new", title: "Propose the rule, and see it refused" };
  if (changes.some(({ proof }) => proof !== null && isRefused(proof)))
    return { ...step, text: PROPOSAL, isDone: true };
  const hurts = incidents.some(({ recoveredMs }) => recoveredMs === null);
  return { ...step, text: hurts ? AFTERWARDS : PROPOSAL, isDone: false, isLater: hurts };
}

const PROPOSAL =
  "Under “type filter hook forward”. What it closes is told while you type; which promises it breaks, with the packet and the line, before it can be applied.";
const AFTERWARDS =
  "After the undo: while the rule runs, a proposal of it breaks nothing more than is broken already.";

function isRefused({ brokenCritical, broken }: NonNullable<Change["proof"]>): boolean {
  return brokenCritical.length + broken.length > 0;
}
