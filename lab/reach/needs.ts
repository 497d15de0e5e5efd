import { FALSE, support } from "../../src/engine/bdd/index.ts";
import type { Analysis } from "../../src/engine/compile/index.ts";
import type { AtomField, Flag } from "../../src/engine/packet/header/layout.ts";
import { formatRange } from "../../src/engine/packet/selectors/formatRange.ts";
import type { Aims } from "./reach.ts";

/** Values of one unknown that are told. */
const MAXIMUM_RANGES = 3;

/** What has to hold besides the header, so that a packet of `aims` hits; null: nothing is known. */
export function needsOf({ arena, layout }: Analysis, aims: readonly Aims[]): string | null {
  const packets = aims.reduce((all, aim) => arena.or(all, aim.packets), FALSE);
  const levels = new Set(support(arena, packets));
  const flags = layout.flags.filter(
    ({ kind, level }) => kind !== "header" && levels.has(level) && !may(level),
  );
  const fields = layout.fields.filter(
    (field) => field.kind !== "header" && field.levels.some((level) => levels.has(level)),
  );
  const needs = [...flags.map(flagText), ...fields.flatMap((field) => fieldText(field))];
  return needs.length === 0 ? null : [...new Set(needs)].join(", ");

  /** Whether packets without it hit as well. */
  function may(level: number): boolean {
    return arena.difference(packets, arena.variable(level)) !== FALSE;
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
    const ranges = classes.flat().map((range) => formatRange(key, range));
    const more = ranges.length > MAXIMUM_RANGES ? ", …" : "";
    return [`\`${key}\` ${ranges.slice(0, MAXIMUM_RANGES).join(", ")}${more}`];
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
  const [name = "", rule] = key.split("#");
  if (rule === undefined) return `\`${key}\``;
  const held = /^@(\S+) holds it$/.exec(name);
  if (held !== null) return `an element that packets have put into \`${held[1]}\``;
  return STATEFUL.get(name) ?? `\`${name}\``;
}
