import type { AtomField, HeaderLayout, Space } from "../packet/header/layout.ts";
import type { IpFamily, Path } from "../packet/packet.ts";
import { selectorRow } from "../packet/selectors/index.ts";

/** One field of the header as a reader knows it. */
export interface Field {
  readonly name: string;
  /** Variables, the most significant first. */
  readonly levels: readonly number[];
  /** Values are numbers of classes of this field. */
  readonly atoms: AtomField | null;
}

/** The fields of packets of one family, those first that a reader asks first. */
export function readerFields(layout: HeaderLayout, family: IpFamily, path: Path): readonly Field[] {
  const bits = (name: string, space: Space, from: number, width: number): readonly Field[] => {
    const levels = layout.levelsAt(space, from, width).filter((level) => level !== null);
    return levels.length < width ? [] : [{ name, levels, atoms: null }];
  };
  const width = family === "ip" ? 32 : 128;
  return [
    ...bits("protocol", "protocol", 0, 8),
    ...interfaces(layout, path),
    ...bits("state", "state", 0, 3),
    ...bits("direction", "direction", 0, 1),
    ...bits("saddr", "saddr", 0, width),
    ...bits("daddr", "daddr", 0, width),
    ...bits("dport", "transport", 16, 16),
    ...bits("sport", "transport", 0, 16),
    ...bits("tcp flags", "transport", 104, 8),
    ...bits("mark", "mark", 0, 32),
    ...bits("ct mark", "ctmark", 0, 32),
    ...askedFields(layout, family),
    ...furtherFields(layout),
  ];
}

function interfaces(layout: HeaderLayout, path: Path): readonly Field[] {
  return (["in", "out"] as const).flatMap((side) => {
    if (path === (side === "in" ? "output" : "input")) return [];
    const atoms = layout.fields.find(({ key }) => key === side);
    return atoms === undefined || atoms.levels.length === 0
      ? []
      : [{ name: side, levels: atoms.levels, atoms }];
  });
}

const NAMED: ReadonlySet<string> = new Set([
  "ip saddr",
  "ip daddr",
  "ip6 saddr",
  "ip6 daddr",
  "ip protocol",
  "tcp flags",
]);

/** Selectors of the bytes that a rule asks for, beside those with a place of their own. */
function askedFields(layout: HeaderLayout, family: IpFamily): readonly Field[] {
  const taken = new Set<number>();
  return [...layout.questions.asked].flatMap((id): readonly Field[] => {
    const { source, width } = selectorRow(id);
    if (source.kind !== "payload" || NAMED.has(id)) return [];
    const { base, offset } = source;
    if (base === "transport" && offset + width <= 32) return [];
    if (base !== "network" && base !== "transport") return [];
    if (base === "network" && !id.startsWith(`${family} `)) return [];
    const space = base === "transport" ? "transport" : family === "ip" ? "network4" : "network6";
    const levels = layout.levelsAt(space, offset, width).filter((level) => level !== null);
    if (levels.length < width || levels.some((level) => taken.has(level))) return [];
    for (const level of levels) taken.add(level);
    return [{ name: id, levels, atoms: null }];
  });
}

/** What the packet has beside its bits: owner, length, MAC, extension headers. */
function furtherFields(layout: HeaderLayout): readonly Field[] {
  const fields = layout.fields
    .filter(
      ({ key, kind, levels }) => kind === "header" && !/^(in|out)$/.test(key) && levels.length > 0,
    )
    .map((atoms) => ({ name: atoms.key, levels: atoms.levels, atoms }));
  const flags = layout.flags
    .filter(({ kind }) => kind === "header")
    .map(({ key, level }) => ({ name: key, levels: [level], atoms: null }));
  return [...fields, ...flags];
}
