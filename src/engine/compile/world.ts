import { type Arena, FALSE, type Node } from "../bdd/index.ts";
import type { Chain, Hook, Rule, Table } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";
import type { HeaderLayout } from "../packet/header/layout.ts";
import type { IpFamily, Path } from "../packet/packet.ts";
import type { DeviceFacts } from "./facts.ts";
import type { Fates } from "./fates.ts";
import { Store, type Written } from "./store.ts";
import type { Value } from "./value.ts";

/** What a hook sees of an interface: the packet's own, none (an empty name), or `lo`. */
export type SeenInterface = "variable" | "none" | "lo";

/** Where on its way the packet is. */
export interface Place {
  readonly hook: Hook;
  readonly in: SeenInterface;
  readonly out: SeenInterface;
  /** Connection tracking has looked at the packet, where it is on. */
  readonly isTracked: boolean;
  /** It is still to be asked here: on the way out, and once more on the way back in by `lo`. */
  readonly isBeforeTracking: boolean;
  /** An own socket may have sent it. */
  readonly mayHaveOwner: boolean;
  /** Ends of a new connection that NAT has been asked about. */
  readonly asked: readonly ("source" | "destination")[];
  /** Tells the second pass by `lo` from the first. */
  readonly pass: string;
}

/** The rule that asks, for what has a state of its own, and the table whose sets it means. */
export interface Asker {
  readonly table: Table;
  readonly rule: Rule;
  readonly instance: string;
}

/** What a NAT rule does to some packets. */
export interface Translation {
  readonly side: "source" | "destination";
  readonly family: IpFamily;
  readonly packets: Node;
  /** Null: stays as it is. */
  readonly address: Value | null;
  readonly port: Value | null;
  /** Packets of protocols that have ports. */
  readonly portPackets: Node;
  /** To an address of the device itself: forward becomes input. */
  readonly isRedirect: boolean;
}

/** Something that a rule does to packets which is kept in no field: a helper, a copy, an offload. */
export interface Deed {
  readonly statement: Statement;
  readonly table: Table;
  readonly rule: Rule;
  readonly hook: Hook;
  readonly packets: Node;
}

/** What a chain does besides deciding, with everything that it calls. */
export interface Purity {
  readonly writesNothing: boolean;
  /** No rule has a state of its own, so that one summary serves all callers. */
  readonly isShared: boolean;
}

/** One packet set on its way through one device; rules read it and write it. */
export interface World {
  readonly arena: Arena;
  readonly layout: HeaderLayout;
  readonly facts: DeviceFacts;
  readonly fates: Fates;
  readonly path: Path;
  readonly store: Store;
  place: Place;
  /** Families that packets of the rule in hand can have, as far as it asks for them first. */
  families: readonly IpFamily[];
  /** Packets that rules have taken out of connection tracking. */
  untracked: Node;
  /** Packets without a connection that a rule has put into a zone, until they are tracked. */
  zoned: Node;
  /** Packets whose destination rules have translated. */
  destinationTranslated: Node;
  sourceTranslated: Node;
  /** Packets whose destination address is another one now. */
  destinationMoved: Node;
  /** Packets sent to an address of the device itself. */
  redirected: Node;
  /** Noted by the rules of the NAT chains of one hook; applied when all of them have been asked. */
  readonly translations: Translation[];
  /** The mark by which the route is chosen; null: no route was looked up yet. */
  markAtRouting: Value | null;
  /** What was written until then: another packet, another route. */
  writtenAtRouting: Written | null;
  /** Null: nobody asks what rules do beside deciding. */
  readonly deeds: Deed[] | null;
  /** What the values of unknowns must obey. */
  readonly constraints: Node[];
  /** The name of a rule among all of its kind; the same name on both sides means the same state. */
  readonly nameOf: (rule: Rule) => string;
  /** Assumptions that compiling this path has relied on. */
  readonly assumptions: Set<string>;
  /** What chains do besides deciding, worked out so far. */
  readonly purity: Map<Chain, Purity>;
}

export function beginWorld(
  layout: HeaderLayout,
  facts: DeviceFacts,
  fates: Fates,
  path: Path,
  nameOf: (rule: Rule) => string,
): World {
  const isOutput = path === "output";
  return {
    arena: layout.arena,
    layout,
    facts,
    fates,
    path,
    store: new Store(layout),
    place: {
      hook: isOutput ? "output" : "prerouting",
      in: isOutput ? "none" : "variable",
      out: isOutput ? "variable" : "none",
      isTracked: false,
      isBeforeTracking: true,
      mayHaveOwner: isOutput,
      asked: [],
      pass: "",
    },
    families: ["ip", "ip6"],
    untracked: FALSE,
    zoned: FALSE,
    destinationTranslated: FALSE,
    sourceTranslated: FALSE,
    destinationMoved: FALSE,
    redirected: FALSE,
    translations: [],
    markAtRouting: null,
    writtenAtRouting: null,
    deeds: null,
    constraints: [],
    nameOf,
    assumptions: new Set(),
    purity: new Map(),
  };
}

/** A copy that goes its own way from here. */
export function forkWorld(world: World): World {
  return { ...world, store: world.store.fork(), translations: [] };
}
