import type { HeaderLayout, Space } from "../packet/header/layout.ts";

/*
 * An intent speaks of hosts and services. What else a header says (lifetime, link address, options) is chosen by
 * the host's system and by the way, and nobody has said what: a rule that drops some of it cuts a connection only
 * perhaps.
 */

/** A run of header bits, in the words of a ruleset. */
interface Run {
  readonly space: Space;
  readonly from: number;
  readonly width: number;
  readonly name: string;
}

/** All but what tells connections apart, and what grows with what they carry: lengths, flags, the window. */
const RUNS: readonly Run[] = [
  { space: "network4", from: 0, width: 8, name: "ip hdrlength" },
  { space: "network4", from: 8, width: 8, name: "ip dscp" },
  { space: "network4", from: 32, width: 16, name: "ip id" },
  { space: "network4", from: 48, width: 16, name: "ip frag-off" },
  { space: "network4", from: 64, width: 8, name: "ip ttl" },
  { space: "network4", from: 80, width: 16, name: "ip checksum" },
  { space: "network6", from: 0, width: 12, name: "ip6 dscp" },
  { space: "network6", from: 12, width: 20, name: "ip6 flowlabel" },
  { space: "network6", from: 56, width: 8, name: "ip6 hoplimit" },
  { space: "transport", from: 32, width: 32, name: "bytes 4–7 of the transport header" },
  { space: "transport", from: 64, width: 32, name: "bytes 8–11 of the transport header" },
  { space: "transport", from: 96, width: 8, name: "byte 12 of the transport header" },
  { space: "transport", from: 128, width: 32, name: "bytes 16–19 of the transport header" },
];

/** Fields of classes that tell connections apart, or grow with what they carry. */
const TELLING: ReadonlySet<string> = new Set(["in", "out", "meta length"]);

/** Something that a header says by the way. */
export interface Incidental {
  readonly name: string;
  readonly levels: readonly number[];
}

/** What rules ask of headers that no intent speaks of. */
export function incidentals(layout: HeaderLayout): readonly Incidental[] {
  const runs = RUNS.map(({ space, from, width, name }) => {
    const read = new Set(layout.readBits(space));
    const places = layout.levelsAt(space, from, width);
    return { name, levels: places.flatMap((at, i) => (read.has(from + i) ? (at ?? []) : [])) };
  });
  const fields = layout.fields
    .filter(({ key, kind }) => kind === "header" && !TELLING.has(key))
    .map(({ key, levels }) => ({ name: key, levels }));
  const flags = layout.flags
    .filter(({ kind }) => kind === "header")
    .map(({ key, level }) => ({ name: key, levels: [level] }));
  return [...runs, ...fields, ...flags].filter(({ levels }) => levels.length > 0);
}
