import type { AtomField, HeaderLayout } from "../packet/header/layout.ts";
import type { IpFamily, Path } from "../packet/packet.ts";

/** Variables that say which host a packet comes from or goes to, and behind which interface that lies. */
export interface EndLevels {
  readonly family: IpFamily;
  /** Null: the path shows none. */
  readonly interface: AtomField | null;
  /** The most significant first. */
  readonly address: readonly number[];
}

export interface PairLevels {
  readonly family: IpFamily;
  readonly source: EndLevels;
  readonly destination: EndLevels;
}

const WIDTH: Readonly<Record<IpFamily, number>> = { ip: 32, ip6: 128 };

export function pairLevels(layout: HeaderLayout, family: IpFamily, path: Path): PairLevels {
  const width = WIDTH[family];
  const source: EndLevels = {
    family,
    interface: path === "output" ? null : layout.interface("in"),
    address: layout.levels("saddr", 0, width),
  };
  const destination: EndLevels = {
    family,
    interface: path === "input" ? null : layout.interface("out"),
    address: layout.levels("daddr", 0, width),
  };
  return { family, source, destination };
}

/** All of them, ascending. */
export function levelsOf(end: EndLevels): readonly number[] {
  return [...(end.interface?.levels ?? []), ...end.address].sort((a, b) => a - b);
}
