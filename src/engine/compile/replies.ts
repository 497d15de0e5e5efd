import { FALSE, type Node } from "../bdd/index.ts";
import type { IpFamily } from "../packet/packet.ts";
import { familyNode, givenState, portedProtocols } from "./tracking.ts";
import { bitsValue, type Value } from "./value.ts";
import type { World } from "./world.ts";

/*
 * Replies come with the header that NAT gave their flow, and NAT undoes it on the way: destinations
 * in prerouting and output, sources in postrouting and input. A header of the diagrams is the one
 * that the chains between see; where it is not undone yet, or is undone already, a chain sees one
 * that nobody knows.
 */

type End = "source" | "destination";

/** Whether NAT changed the flow of a reply: a packet in notation does not say so. */
export const TRANSLATED_FLOW = "the flow of the reply is translated";

const FAMILIES: readonly IpFamily[] = ["ip", "ip6"];

/** From here on the end of replies that may be translated is unknown. */
export function disguise(world: World, end: End): void {
  for (const family of FAMILIES) {
    const packets = perhapsTranslated(world, family);
    if (packets !== FALSE) writeEnd(world, family, end, packets, `reply ${end} `);
  }
}

/** From here on it is the header's own again. */
export function reveal(world: World, end: End): void {
  for (const family of FAMILIES) {
    const packets = perhapsTranslated(world, family);
    if (packets !== FALSE) writeEnd(world, family, end, packets, null);
  }
}

/** Replies, and errors about either direction, of flows of a family that the device translates. */
function perhapsTranslated(world: World, family: IpFamily): Node {
  const { arena, layout, facts } = world;
  if (!facts.habits.translates(family) || !facts.isTracked(family)) return FALSE;
  const [reply = FALSE] = layout.bits("direction", 0, 1);
  const established = arena.and(givenState(world, "established"), reply);
  const strange = arena.or(established, givenState(world, "related"));
  const flag = layout.flag(TRANSLATED_FLOW, "moment");
  return arena.and(arena.and(familyNode(world, family), strange), arena.variable(flag.level));
}

function writeEnd(
  world: World,
  family: IpFamily,
  end: End,
  packets: Node,
  name: string | null,
): void {
  const { arena, layout, store } = world;
  const short = end === "source" ? "saddr" : "daddr";
  const space = `${short}${family === "ip" ? 4 : 6}` as const;
  const width = family === "ip" ? 32 : 128;
  const address: Value =
    name === null
      ? bitsValue(layout.bits(space, 0, width))
      : bitsValue(layout.bits(`value ${name}${space}`, 0, width));
  store.write(space, 0, width, packets, address);
  const from = end === "source" ? 0 : 16;
  const port: Value =
    name === null
      ? bitsValue(layout.bits("transport", from, 16))
      : bitsValue(layout.bits(`value ${name}port`, 0, 16));
  store.write("transport", from, 16, arena.and(packets, portedProtocols(world)), port);
}
