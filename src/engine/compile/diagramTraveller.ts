import { balancedOr, FALSE, type Node, type TerminalOperation, TRUE } from "../bdd/index.ts";
import { familiesOf, type HookedChain } from "./facts.ts";
import { ACCEPT } from "./fates.ts";
import { baseChainDiagram, type Listener, runBaseChain, writesNothing } from "./runChain.ts";
import { familyNode } from "./tracking.ts";
import { type Traveller, travel } from "./travel.ts";
import { forkWorld, type World } from "./world.ts";

/** What the whole path does to every packet, as one diagram of fates. */
export function pathDiagram(world: World): Node {
  const then = world.arena.defineOperation(
    (first, next) => (first === ACCEPT ? next : first),
    null,
    (first) => (first === ACCEPT ? "second" : "first"),
  );
  const steps: Node[] = [];
  travel(world, diagramTraveller(then, steps));
  return inOrder(world, then, steps);
}

/** A packet that one step accepts goes on to the next. */
function inOrder(world: World, then: TerminalOperation, steps: readonly Node[]): Node {
  const { arena } = world;
  return steps.reduceRight<Node>((rest, step) => {
    if (rest === TRUE) return step;
    return arena.apply(then, step, rest);
  }, TRUE);
}

function diagramTraveller(then: TerminalOperation, steps: Node[]): Traveller {
  return {
    runChain: (world, hooked) => {
      const diagram = writesNothing(world, hooked.table, hooked.chain)
        ? baseChainDiagram(world, hooked)
        : writingChainDiagram(world, hooked);
      steps.push(world.arena.ite(seenBy(world, hooked), diagram, TRUE));
    },
    runNat: (world, chains, asked) => {
      const fates = collector(world);
      askNatChains(world, chains, asked, fates.listener);
      steps.push(world.arena.orElse(fates.diagram(), TRUE));
    },
    dropByKernel: (world, packets, reason) => {
      const fate = world.fates.number({ kind: "kernel", text: reason });
      steps.push(world.arena.ite(packets, world.arena.terminal(fate), TRUE));
    },
    arrive: () => undefined,
    split: (world, packets, inside, outside) => {
      if (packets === TRUE) return inside(world, diagramTraveller(then, steps));
      if (packets === FALSE) return outside(world, diagramTraveller(then, steps));
      const fork = forkWorld(world);
      const within: Node[] = [];
      inside(fork, diagramTraveller(then, within));
      const without: Node[] = [];
      outside(world, diagramTraveller(then, without));
      steps.push(
        world.arena.ite(packets, inOrder(world, then, within), inOrder(world, then, without)),
      );
    },
  };
}

/** Packets of the families that the chain's table sees. */
export function seenBy(world: World, { table }: HookedChain): Node {
  const [family, second] = familiesOf(table);
  if (family === undefined) return FALSE;
  return second === undefined ? familyNode(world, family) : TRUE;
}

function writingChainDiagram(world: World, hooked: HookedChain): Node {
  const fates = collector(world);
  runBaseChain(world, hooked, seenBy(world, hooked), fates.listener);
  return fates.diagram();
}

interface Collector {
  readonly listener: Listener;
  readonly diagram: () => Node;
}

/** Puts disjoint sets of packets with their fates together to one diagram. */
function collector(world: World): Collector {
  const { arena } = world;
  const byFate = new Map<number, Node[]>();
  return {
    listener: {
      onRule: null,
      onFate: (fate, packets) => {
        const sets = byFate.get(fate);
        if (sets === undefined) byFate.set(fate, [packets]);
        else sets.push(packets);
      },
    },
    diagram: () => {
      let diagram: Node = FALSE;
      for (const [fate, sets] of byFate)
        diagram = arena.ite(balancedOr(arena, sets), arena.terminal(fate), diagram);
      return diagram;
    },
  };
}

/** Asks the NAT chains one after the other, until one of them has translated the packet. */
export function askNatChains(
  world: World,
  chains: readonly HookedChain[],
  asked: Node,
  listener: Listener,
): void {
  const { arena } = world;
  let open = asked;
  for (const hooked of chains) {
    const live = arena.and(open, seenBy(world, hooked));
    if (live === FALSE) continue;
    let ended: Node = FALSE;
    const first = world.translations.length;
    runBaseChain(world, hooked, live, {
      onRule: listener.onRule,
      onFate: (fate, packets, by) => {
        if (fate === ACCEPT) return;
        ended = arena.or(ended, packets);
        listener.onFate(fate, packets, by);
      },
    });
    for (const { packets } of world.translations.slice(first)) ended = arena.or(ended, packets);
    open = arena.difference(open, ended);
  }
}
