import type { Node } from "../bdd/index.ts";
import type { Device, Rule } from "../device/device.ts";
import { validHeaders } from "../packet/header/valid.ts";
import type { Path } from "../packet/packet.ts";
import { type Analysis, beginPath } from "./compilePath.ts";
import { seenBy } from "./diagramTraveller.ts";
import { deviceFacts, type HookedChain } from "./facts.ts";
import { ruleNames } from "./ruleNames.ts";
import { Store } from "./store.ts";
import { type Traveller, travel } from "./travel.ts";
import { forkWorld, type World } from "./world.ts";

/** A base chain at one of the places where packets come to it. */
export interface StandaloneChain {
  readonly world: World;
  readonly hooked: HookedChain;
  /**
   * All headers that packets can have there, whatever happened to them before; as far as rules that have been run
   * ask for them.
   */
  readonly packets: () => Node;
}

/** Between them packets come to every hook, those that come back by `lo` included. */
const PATHS: readonly Path[] = ["forward", "output"];

/**
 * Each base chain by itself: the variables are the packet as it comes to the chain, and nothing is
 * taken for granted of what earlier chains, NAT or routing did. What no packet does here, none does.
 */
export function standaloneChains(analysis: Analysis, device: Device): readonly StandaloneChain[] {
  const facts = deviceFacts(device);
  const nameOf: (rule: Rule) => string = ruleNames(device);
  const found: StandaloneChain[] = [];
  for (const path of PATHS) {
    const note = (world: World, hooked: HookedChain): void => {
      const own = alone(world);
      const packets = () =>
        analysis.arena.and(validHeaders(analysis.layout, path), seenBy(own, hooked));
      found.push({ world: own, hooked, packets });
    };
    travel(beginPath(analysis, facts, path, nameOf), noting(note));
  }
  return found;
}

function noting(note: (world: World, hooked: HookedChain) => void): Traveller {
  const traveller: Traveller = {
    runChain: note,
    runNat: (world, chains) => {
      for (const hooked of chains) note(world, hooked);
    },
    dropByKernel: () => undefined,
    arrive: () => undefined,
    split: (world, _packets, inside, outside) => {
      inside(forkWorld(world), traveller);
      outside(forkWorld(world), traveller);
    },
  };
  return traveller;
}

/** The place, without what has been written and translated on the way to it. */
function alone(world: World): World {
  const { arena, layout } = world;
  const perhaps = (end: string) =>
    arena.variable(layout.flag(`lint: the ${end} may be translated`, "moment").level);
  return {
    ...forkWorld(world),
    store: new Store(layout),
    place: { ...world.place, asked: [] },
    destinationTranslated: perhaps("destination"),
    sourceTranslated: perhaps("source"),
    constraints: [],
  };
}
