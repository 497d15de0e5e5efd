import { interfaceNameValue } from "../../base/interfaceName.ts";
import { type Range, single } from "../../base/range.ts";
import { FALSE, type Node, TRUE } from "../../bdd/index.ts";
import type { Path } from "../packet.ts";
import type { AtomField, HeaderLayout, Space } from "./layout.ts";
import { possibleLengths } from "./length.ts";
import { atomsInRanges, rangesOver } from "./rangesOver.ts";
import { representative } from "./representative.ts";
import { routable } from "./routable.ts";
import { validHeaders } from "./valid.ts";

/** What `pathDomain` leaves out, in words. */
export const DOMAIN_ASSUMPTIONS: Readonly<Record<Path, readonly string[]>> = {
  forward: [
    "packets come in without a mark",
    "packets are not forwarded from or to lo",
    "packets that are forwarded have a time to live above 1",
    "what comes from an address of this link alone is not forwarded",
  ],
  input: ["packets come in without a mark"],
  output: [],
};

/** Headers that a packet of the path can have where it enters the device. */
export function pathDomain(layout: HeaderLayout, path: Path): Node {
  const { arena } = layout;
  const rules: Node[] = [
    validHeaders(layout, path),
    routable(layout, path),
    possibleInterfaces(layout, path),
  ];
  if (path !== "output") rules.push(unmarked(layout));
  if (path === "forward") rules.push(livesOn(layout));
  return rules.reduce((all, rule) => arena.and(all, rule), TRUE);
}

/** Packets of interfaces that can be there. */
export function possibleInterfaces(layout: HeaderLayout, path: Path): Node {
  const { arena } = layout;
  return layout.fields.reduce<Node>(
    (all, field) => arena.and(all, possibleValues(layout, field, path)),
    TRUE,
  );
}

/** Packets without a mark. */
export function unmarked(layout: HeaderLayout): Node {
  return zero(layout, "mark");
}

const LOOPBACK = interfaceNameValue("lo");

/** Classes of interfaces that hold a name which an interface can have. */
function possibleValues(layout: HeaderLayout, field: AtomField, path: Path): Node {
  const { arena } = layout;
  if (field.key === "meta length") return possibleLengths(layout, field);
  if (field.key !== "in" && field.key !== "out") return TRUE;
  if (path === (field.key === "in" ? "output" : "input")) return TRUE;
  const impossible: Range[] = field.atoms.classes.flatMap((ranges) =>
    representative(field.key, ranges) === null ? [...ranges] : [],
  );
  if (path === "forward") impossible.push(single(LOOPBACK));
  return arena.not(atomsInRanges(arena, field, impossible));
}

function zero(layout: HeaderLayout, space: Space): Node {
  const { arena } = layout;
  let node: Node = TRUE;
  for (const level of layout.levelsRead(space).toSorted((a, b) => b - a))
    node = arena.difference(node, arena.variable(level));
  return node;
}

const TIME_TO_LIVE = { ip: { space: "network4", bit: 64 }, ip6: { space: "network6", bit: 56 } };
const TIME_TO_LIVE_BITS = 8;

/** Routing ends packets with a time to live of 0 or 1, whatever the rules say. */
function livesOn(layout: HeaderLayout): Node {
  const { arena } = layout;
  const [six = FALSE] = layout.bits("family", 0, 1);
  let alive: Node = TRUE;
  for (const family of ["ip", "ip6"] as const) {
    const { space, bit } = TIME_TO_LIVE[family];
    const bits = layout.readBits(space as Space);
    if (!bits.includes(bit)) continue;
    const dying = rangesOver(arena, layout.bits(space as Space, bit, TIME_TO_LIVE_BITS), [
      { from: 0n, to: 1n },
    ]);
    const own = family === "ip" ? arena.not(six) : six;
    alive = arena.difference(alive, arena.and(own, dying));
  }
  return alive;
}
