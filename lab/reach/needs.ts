import { FALSE, support } from "../../src/engine/bdd/index.ts";
import { type Analysis, ruleNames } from "../../src/engine/compile/index.ts";
import type { Device } from "../../src/engine/device/device.ts";
import type { Statement } from "../../src/engine/device/statement.ts";
import type { AtomField, Flag } from "../../src/engine/packet/header/layout.ts";
import { formatRange } from "../../src/engine/packet/selectors/formatRange.ts";
import type { Aims } from "./reach.ts";

/** Values of one unknown that are told. */
const MAXIMUM_RANGES = 3;

/** What has to hold besides the header, so that a packet of `aims` hits; null: nothing is known. */
export function needsOf(
  { arena, layout }: Analysis,
  device: Device,
  aims: readonly Aims[],
): string | null {
  const usedUp = keysOfLimits(device);
  const packets = aims.reduce((all, aim) => arena.or(all, aim.packets), FALSE);
  const levels = new Set(support(arena, packets));
  const unknowns = layout.flags.filter(({ kind, level }) => kind !== "header" && levels.has(level));
  const flags = unknowns.filter(({ key, level }) => isNeeded(level) || isUsedUp(key, level));
  const fields = layout.fields.filter(
    ({ key, kind, levels: own }) =>
      (kind !== "header" || OF_THE_DEVICE.test(key)) && own.some((level) => levels.has(level)),
  );
  const needs = [...flags.map(flagText), ...fields.flatMap((field) => fieldText(field))];
  if (needs.length > 0) return [...new Set(needs)].join(", ");
  const others = fields.filter(({ key }) => OF_THE_DEVICE.test(key)).map(({ key }) => `\`${key}\``);
  return others.length === 0 ? null : `an Ethernet device (${others.join(", ")})`;

  function isNeeded(level: number): boolean {
    return arena.difference(packets, arena.variable(level)) === FALSE;
  }

  /** Whether a limit must have run dry. */
  function isUsedUp(key: string, level: number): boolean {
    const isLimit = usedUp.some((ending) => key.endsWith(ending));
    return isLimit && !arena.intersects(packets, arena.variable(level));
  }

  /** Nothing where every value will do. */
  function fieldText({ key, levels: own, atoms }: AtomField): readonly string[] {
    const isOwn = new Set(own);
    const values = arena.exists(
      packets,
      [...levels].filter((level) => !isOwn.has(level)),
    );
    const classes = atoms.classes.filter((_, code) => {
      const assignment = new Map(
        own.map((level, i) => [level, ((code >> (own.length - 1 - i)) & 1) === 1]),
      );
      return arena.restrict(values, assignment) !== FALSE;
    });
    if (classes.length === atoms.classes.length) return [];
    if (CLOCK.test(key)) return [`another time (\`${key}\`)`];
    const ranges = classes.flat().map((range) => formatRange(key, range));
    const more = ranges.length > MAXIMUM_RANGES ? ", …" : "";
    if (OF_THE_DEVICE.test(key)) return [`an Ethernet device (\`${key}\`)`];
    return [`\`${key}\` ${ranges.slice(0, MAXIMUM_RANGES).join(", ")}${more}`];
  }
}

const CLOCK = /^meta (?:time|hour|day)$/;
/** Fields of the header that a device without Ethernet does not give. */
const OF_THE_DEVICE = /^(?:ether|vlan|arp|meta pkttype)/;

/** How keys of flags end that stand for a limit within which packets match. */
function keysOfLimits(device: Device): readonly string[] {
  const nameOf = ruleNames(device);
  const rules = device.tables.flatMap(({ chains }) => chains.flatMap(({ rules: own }) => own));
  return rules.flatMap((rule) =>
    rule.statements.flatMap((statement, index) =>
      isWithin(statement) ? [`/${nameOf(rule)}:${index}`] : [],
    ),
  );
}

function isWithin(statement: Statement): boolean {
  switch (statement.kind) {
    case "limit":
    case "quota":
    case "connectionCount":
      return !statement.over;
    case "hashLimit":
      return !statement.above;
    default:
      return false;
  }
}

/** Kinds of statements with a state of their own, as they are named in keys of flags. */
const STATEFUL: ReadonlyMap<string, string> = new Map([
  ["limit", "more packets in a time than are sent"],
  ["hashLimit", "more packets in a time than are sent"],
  ["quota", "more bytes than are sent"],
  ["connectionCount", "more connections than are opened"],
  ["recent", "an address seen more often, or at another time"],
  ["statistic", "another turn of a counter, or of chance"],
]);

function flagText({ key }: Flag): string {
  if (/^goes on after .*tproxy/.test(key)) return "a transparent socket that listens";
  const [name = "", rule] = key.split("#");
  if (rule === undefined) return `\`${key}\``;
  const held = /^@(\S+) holds it$/.exec(name);
  if (held !== null) return `an element that packets have put into \`${held[1]}\``;
  return STATEFUL.get(name) ?? `\`${name}\``;
}
