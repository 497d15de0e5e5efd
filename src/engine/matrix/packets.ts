import { single } from "../base/range.ts";
import { FALSE, type Node } from "../bdd/index.ts";
import { type Analysis, compilePath, headersUnder, NONE } from "../compile/index.ts";
import { flowPackets } from "../intents/flowPackets.ts";
import type { FlowPart, FlowPattern, IntentKind } from "../intents/model.ts";
import type { Judge } from "../intents/openJudge.ts";
import { effectOf } from "../intents/weigh.ts";
import { DOMAIN_ASSUMPTIONS } from "../packet/header/domain.ts";
import { rangesOver } from "../packet/header/rangesOver.ts";
import { STATE_CODES } from "../packet/header/stateCodes.ts";
import type { MatrixQuestion } from "./model.ts";

/** Packets of a question, and what becomes of them. */
export interface AskedPackets {
  readonly analysis: Analysis;
  /** All packets of the service and state, from whatever port and however made. */
  readonly all: Node;
  /** Those that the systems of clients send. */
  readonly ordinary: Node;
  readonly accepted: Node;
  /** Those that may be accepted: no rule of ours says. */
  readonly perhaps: Node;
  readonly assumptions: readonly string[];
}

/** Follows the packets of a question through the rules. May throw `NodeLimitError`. */
export function followAsked(
  { device, nameOf, assumptions }: Judge,
  analysis: Analysis,
  question: MatrixQuestion,
): AskedPackets {
  const { arena, fates } = analysis;
  const { path } = question;
  const asked = askedPackets(analysis, question);
  const ordinary = packetsOf(analysis, question, "reachable");
  const compiled = compilePath(analysis, device, path, nameOf);
  const all = arena.and(asked, headersUnder(analysis, path, [compiled]));
  const diagram = arena.and(all, compiled.diagram);
  const ending = (effect: "good" | "bad") =>
    arena.where(diagram, (fate) => fate !== NONE && effectOf(fates, "reachable", fate) === effect);
  const accepted = ending("good");
  return {
    analysis,
    all,
    ordinary: arena.and(all, ordinary),
    accepted,
    perhaps: arena.difference(arena.difference(all, accepted), ending("bad")),
    assumptions: [...assumptions, ...DOMAIN_ASSUMPTIONS[path], ...compiled.assumptions],
  };
}

/** Where a packet may be lost or not, all that somebody may send counts: a "no" is for whoever tries. */
function askedPackets(analysis: Analysis, question: MatrixQuestion): Node {
  const { arena, layout } = analysis;
  const code = single(BigInt(STATE_CODES[question.state]));
  const inState = rangesOver(arena, layout.bits("state", 0, 3), [code]);
  return arena.and(packetsOf(analysis, question, "blocked"), inState);
}

const PARTS: Readonly<Record<MatrixQuestion["state"], FlowPart>> = {
  new: "first",
  established: "later",
};

/** `reachable`: as clients send them; `blocked`: however they are made. */
function packetsOf(
  { arena, layout }: Analysis,
  { path, state, services, from, to }: MatrixQuestion,
  kind: IntentKind,
): Node {
  const patterns = from.flatMap((source) =>
    to.map((target): FlowPattern => ({ path, from: source, to: target, services })),
  );
  return patterns.reduce<Node>(
    (all, pattern) => arena.or(all, flowPackets(layout, kind, pattern, PARTS[state])),
    FALSE,
  );
}
