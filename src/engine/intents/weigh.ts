/** What the endings of some packets say of an intent: proved, or with an example of what breaks it. */
import { FALSE, type Node, support } from "../bdd/index.ts";
import { type Analysis, type Ending, type Fates, tellFate } from "../compile/index.ts";
import type { Device } from "../device/device.ts";
import { interpret } from "../interpret/interpret.ts";
import type { Flag } from "../packet/header/layout.ts";
import { pickReadable } from "../packet/header/prefer.ts";
import { toNotation } from "../packet/header/toNotation.ts";
import { unknownKeys, unknownLevels } from "../packet/header/unknowns.ts";
import { isNotationError, parsePacket } from "../packet/notation.ts";
import type { Path } from "../packet/packet.ts";
import type { Alteration } from "./alterations.ts";
import { bannedNow } from "./bans.ts";
import { openInterfaces } from "./flowPackets.ts";
import { incidentals } from "./incidental.ts";
import type { FlowPart, FlowPattern, IntentAnswer, IntentExample, IntentKind } from "./model.ts";
import { withOwnNames } from "./ownNames.ts";

/** Packets of one part of a flow, and where they end. */
export interface Walked {
  readonly analysis: Analysis;
  readonly device: Device;
  readonly kind: IntentKind;
  readonly pattern: FlowPattern;
  readonly path: Path;
  readonly part: FlowPart;
  readonly packets: Node;
  readonly endings: readonly Ending[];
  readonly alterations: readonly Alteration[];
  readonly assumptions: readonly string[];
}

/** What an ending means for an intent; `may`: it can be either. */
export type Effect = "good" | "bad" | "may";

/** Whether all of them fare as the intent wants; those of hosts that are banned at the moment are told apart. */
export function answerOf(walked: Walked): IntentAnswer {
  const { analysis, kind, endings, packets } = walked;
  const answer = weigh(walked);
  if (answer.status !== "broken" || kind === "blocked") return answer;
  const bad = endings.filter(({ fate }) => effectOf(analysis.fates, kind, fate) === "bad");
  const { packets: banned, words } = bannedNow(walked, bad);
  if (banned === FALSE) return answer;
  const others = weigh({ ...walked, packets: analysis.arena.difference(packets, banned) });
  if (others.except === null) return answer;
  const later = limitsOf(analysis, banned).flatMap(({ nominal }) => nominal?.beyond ?? []);
  const except = [...new Set([...words, ...later, ...others.except])];
  return { ...answer, status: "undecided", except, dependsOn: others.dependsOn };
}

function weigh(walked: Walked): IntentAnswer {
  const { analysis, packets, endings } = walked;
  const { arena } = analysis;
  const within = endings.flatMap((ending): readonly Ending[] => {
    const some = arena.and(ending.packets, packets);
    return some === FALSE ? [] : [{ ...ending, packets: some }];
  });
  const union = (effect: Effect) =>
    within
      .filter(({ fate }) => effectOf(analysis.fates, walked.kind, fate) === effect)
      .reduce<Node>((all, ending) => arena.or(all, ending.packets), FALSE);
  const bad = union("bad");
  const doubtful = arena.or(bad, union("may"));
  if (doubtful === FALSE) return { ...HOLDS };
  const sets = [packets, ...within.map((ending) => ending.packets)];
  const unknown = sets.flatMap((set) => unknownLevels(analysis.layout, set));
  const open = openInterfaces(analysis.layout, walked.pattern, walked.part);
  const incidental = walked.kind === "blocked" ? [] : incidentals(analysis.layout);
  const byTheWay = incidental.flatMap(({ levels }) => levels);
  const certainUnder = (levels: readonly number[]) => {
    const all = new Set(levels);
    const good = arena.exists(arena.difference(packets, bad), all);
    return arena.difference(arena.exists(bad, all), good);
  };
  const certain = certainUnder([...unknown, ...open, ...byTheWay]);
  const hangsOnWay = open.length > 0 && certain === FALSE && certainUnder(unknown) !== FALSE;
  const shown = certain === FALSE ? doubtful : arena.and(bad, certain);
  const example = exampleOf(walked, within, shown);
  const asked = new Set(support(arena, shown));
  const header = incidental.filter(({ levels }) => levels.some((level) => asked.has(level)));
  /* The notation of packets has no options: the interpreter would walk one without. */
  const isSaid = certain !== FALSE || header.length === 0;
  const doubt = example !== null && isSaid ? checkExample(walked, example) : [];
  const isBroken = certain !== FALSE && doubt.length === 0;
  const depends = [...unknownNames(analysis, shown), ...header.map(({ name }) => name)];
  return {
    status: isBroken ? "broken" : "undecided",
    example,
    dependsOn: isBroken ? [] : [...new Set(depends)].sort(),
    except: isBroken || walked.kind === "blocked" ? null : exceptionsOf(analysis, doubtful),
    reasons: hangsOnWay ? [...doubt, UNKNOWN_WAY] : doubt,
    assumptions: [],
  };
}

/**
 * How far packets fare well as long as nothing has happened; null: some of `doubtful` may not even then. What must be
 * blocked is judged in any state: that a limiter lets nothing through yet is no comfort.
 */
function exceptionsOf(analysis: Analysis, doubtful: Node): readonly string[] | null {
  const limits = limitsOf(analysis, doubtful);
  const values = limits.map(({ level, nominal }) => [level, nominal?.value === true] as const);
  if (analysis.arena.restrict(doubtful, new Map(values)) !== FALSE) return null;
  return [...new Set(limits.flatMap(({ nominal }) => nominal?.beyond ?? []))].sort();
}

/** Unknowns of some packets of which one can say what they are as long as nothing has happened. */
function limitsOf({ arena, layout }: Analysis, packets: Node): readonly Flag[] {
  const asked = new Set(support(arena, packets));
  return layout.flags.filter(({ level, nominal }) => nominal !== null && asked.has(level));
}

const UNKNOWN_WAY = "which interface leads to the other end is not known";

/** What user space decides may be either. */
export function effectOf(fates: Fates, kind: IntentKind, number: number): Effect {
  const fate = fates.fate(number);
  if (fate.kind === "undecided" || fate.kind === "queue") return "may";
  const passes = fate.kind === "accept";
  return passes === (kind === "reachable") ? "good" : "bad";
}

function exampleOf(walked: Walked, endings: readonly Ending[], shown: Node): IntentExample | null {
  const { analysis, kind, path, part, pattern } = walked;
  const { arena, layout, fates } = analysis;
  const ending = endings
    .filter(({ fate }) => effectOf(fates, kind, fate) !== "good")
    .find(({ packets }) => arena.intersects(packets, shown));
  if (ending === undefined) return null;
  const header = pickReadable(layout, arena.and(ending.packets, shown));
  if (header === null) return null;
  const packet = withOwnNames(layout, toNotation(layout, header, path), pattern, part);
  return { part, packet, ...tellFate(fates, ending) };
}

/** The interpreter walks each example as well: it has to find the same. */
function checkExample({ device }: Walked, { packet, verdict }: IntentExample): readonly string[] {
  const spec = parsePacket(packet);
  if (isNotationError(spec)) return [`the example \`${packet}\` cannot be read back`];
  const { outcomes, complete } = interpret(device, spec, { host: null });
  if (!complete || outcomes.some((outcome) => outcome.verdict === verdict)) return [];
  return [`a walk of \`${packet}\` ends otherwise than the proof: please report it`];
}

function unknownNames({ layout }: Analysis, set: Node): readonly string[] {
  const keys = unknownKeys(layout, unknownLevels(layout, set));
  const names = keys.map((key) => key.replace(/#.*$/s, "").replace(/ version \d+.*$/, ""));
  return [...new Set(names)].sort();
}

/** Of no packets at all. */
export const HOLDS: IntentAnswer = {
  status: "holds",
  example: null,
  dependsOn: [],
  except: [],
  reasons: [],
  assumptions: [],
};
