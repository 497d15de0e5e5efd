import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { Hook } from "../device/device.ts";
import type { Path } from "../packet/packet.ts";
import type { ComparedPath } from "./comparePath.ts";
import { type UnlikeEffect, unlikeEffects } from "./effects.ts";
import {
  type FedVisit,
  feedingOf,
  hasMemories,
  type Memories,
  unlikeMemories,
  visitsOf,
} from "./memories.ts";
import type { Side } from "./side.ts";

/* What a compared path shows beside the verdicts: memories, changes of packets, and queues. */

/** Places of rules whose memory is fed by other packets, as far as this path shows. */
export function unlikeOnPath(compared: ComparedPath, memories: Memories): ReadonlySet<string> {
  const { analysis, before, after, region, domain } = compared;
  if (!hasMemories(memories) || region === FALSE) return new Set();
  const { before: first, after: second } = compared.visits ?? {
    before: visitsOf(analysis, memories.before, before, region),
    after: visitsOf(analysis, memories.after, after, region),
  };
  /* The region of a walk is older than what the walk asked for: fragments, which tracking puts together first, are in it. */
  const fed = (visits: readonly FedVisit[]) => feedingOf(analysis, visits, domain);
  return unlikeMemories(memories, fed(first), fed(second));
}

/** Where packets are changed otherwise on the other side, by rule. */
export function effectReasons(compared: ComparedPath): readonly string[] {
  return effectsAmong(compared, TRUE).map(({ text }) => text);
}

/** Where some packets are changed otherwise on the other side. */
export function effectsAmong(compared: ComparedPath, packets: Node): readonly UnlikeEffect[] {
  const { analysis, before, after, region } = compared;
  const { arena } = analysis;
  const accepted = compared.accepted();
  const refused = arena.difference(region, accepted);
  return unlikeEffects(analysis, before, after, {
    accepted: arena.and(accepted, packets),
    refused: arena.and(refused, packets),
  });
}

/** What is not compared of packets that a user program decides. */
export function queueReasons({ queued, before, after }: ComparedPath): readonly string[] {
  const isQueueLast = [before, after].every((side) => chainsOnTheWay(side) < 2);
  if (queued === FALSE || isQueueLast) return [];
  return ["what chains behind a queue do with its packets is not compared"];
}

/** User space hands a queued packet back to the next chain. */
function chainsOnTheWay({ facts, path }: Side): number {
  const hooks = HOOKS[path];
  return hooks
    .map((hook) => facts.chainsOf(hook, false).length + facts.chainsOf(hook, true).length)
    .reduce((sum, count) => sum + count, 0);
}

const HOOKS: Readonly<Record<Path, readonly Hook[]>> = {
  forward: ["prerouting", "forward", "postrouting"],
  input: ["prerouting", "input"],
  output: ["output", "postrouting", "prerouting", "input"],
};
