import { FALSE, type Node, withinNodeLimit } from "../../src/engine/bdd/index.ts";
import { type Analysis, beginAnalysis } from "../../src/engine/compile/index.ts";
import type { Device, Hook, Rule } from "../../src/engine/device/device.ts";
import type { Path } from "../../src/engine/packet/packet.ts";
import { type Bound, boundsOf, headerBounds } from "./producible.ts";
import { type Survey, surveyPath } from "./survey.ts";
import { unfilledBy } from "./unfilled.ts";
import { type Reason, whyNotHit, whyNotReached } from "./why.ts";

/** Packets of one path that may hit a rule in a hook. */
export interface Aims {
  readonly path: Path;
  readonly hook: Hook;
  readonly packets: Node;
}

/** What the compiler says of a rule: that nothing can hit it, and why, or what may. */
export type Reached =
  | ({ readonly kind: "never" } & Reason)
  | { readonly kind: "perhaps"; readonly aims: readonly Aims[] };

const PATHS: readonly Path[] = ["forward", "input", "output"];
/** Nodes that one ruleset may take: the largest of the corpus takes a tenth. */
const NODE_LIMIT = 6_000_000;

/** What the compiler knows of the packets that come to each rule of a device. */
export interface Reach {
  readonly analysis: Analysis;
  readonly device: Device;
  of(rule: Rule): Reached;
  /** First packets of connections that nothing stops. */
  begins(): readonly Aims[];
}

/** Null: the ruleset is too large for it. */
export function reachOf(device: Device): Reach | null {
  const analysis = beginAnalysis([device], { nodeLimit: NODE_LIMIT });
  const limited = withinNodeLimit(() => PATHS.map((path) => surveyPath(analysis, device, path)));
  if (limited.kind === "nodeLimit") return null;
  const surveys = limited.value;
  const known = new Map<string, readonly Bound[]>();
  const bounds = (survey: Survey, hook: Hook): readonly Bound[] => {
    const key = `${survey.path} ${hook}`;
    const found = known.get(key) ?? boundsOf(analysis, device, surveys, survey, hook);
    known.set(key, found);
    return found;
  };
  return {
    analysis,
    device,
    begins: () => {
      const found = withinNodeLimit(() =>
        surveys.map((survey) => beginsOf(analysis, device, survey)),
      );
      return found.kind === "done" ? found.value : [];
    },
    of: (rule) => {
      const answer = withinNodeLimit(() => reached(analysis, device, surveys, bounds, rule));
      return answer.kind === "done" ? answer.value : { kind: "perhaps", aims: [] };
    },
  };
}

function reached(
  analysis: Analysis,
  device: Device,
  surveys: readonly Survey[],
  boundsOf: (survey: Survey, hook: Hook) => readonly Bound[],
  rule: Rule,
): Reached {
  const { arena } = analysis;
  const meetings = surveys.flatMap((survey) =>
    (survey.meetings.get(rule) ?? []).map((meeting) => ({ survey, meeting })),
  );
  const unfilled = unfilledBy(device, rule);
  if (unfilled !== null) return { kind: "never", reason: "nothing fills what it asks", lines: [] };
  const unmet: Reason[] = [];
  const beyond: string[] = [];
  const aims: Aims[] = [];
  for (const { survey, meeting } of meetings) {
    const { hook } = meeting;
    if (meeting.hit === FALSE) {
      unmet.push(whyNotHit(arena, device, surveys, rule));
      continue;
    }
    let packets = meeting.hit;
    const routed = { packets: meeting.routed, otherwise: "routing refuses what would come to it" };
    const bound = [...boundsOf(survey, hook), routed].find(({ packets: possible }) => {
      packets = arena.and(packets, possible);
      return packets === FALSE;
    });
    if (bound === undefined) aims.push({ path: survey.path, hook, packets });
    else beyond.push(bound.otherwise);
  }
  if (aims.length > 0) return { kind: "perhaps", aims };
  if (beyond.length > 0)
    return { kind: "never", reason: [...new Set(beyond)].join("; "), lines: [] };
  const [reason = whyNotReached(device, surveys, rule)] = unmet;
  return { kind: "never", ...reason };
}

function beginsOf(analysis: Analysis, device: Device, survey: Survey): Aims {
  const { path } = survey;
  const packets = headerBounds(analysis, device, survey, path).reduce<Node>(
    (all, bound) => analysis.arena.and(all, bound.packets),
    survey.begins,
  );
  return { path, hook: path, packets };
}
