import { ASIDE, type FinalState, type WrittenField } from "../compile/index.ts";
import type { Space } from "../packet/header/layout.ts";
import { SELECTORS } from "../packet/selectors/index.ts";

/** What an alteration is about. */
export type AlterationKind = "translation" | "mark" | "tracking";

/** A run of bits that rules can write, and that a fate holds. */
export interface FinalField {
  /** In words. */
  readonly name: string;
  /** How its values are written: a selector. Null: as plain numbers. */
  readonly selector: string | null;
  readonly kind: AlterationKind;
  readonly space: Space;
  readonly from: number;
  readonly width: number;
  /** It stays with the connection, even if the packet is lost. */
  readonly isLasting: boolean;
}

const field = (
  kind: AlterationKind,
  name: string,
  selector: string,
  space: Space,
  from: number,
  width: number,
): FinalField => ({
  name,
  selector,
  kind,
  space,
  from,
  width,
  isLasting: space === "ctmark" || space === "value ct label",
});

/** Written as a whole, however little of them a rule names. */
const WHOLE: readonly FinalField[] = [
  field("translation", "source", "ip saddr", "saddr4", 0, 32),
  field("translation", "destination", "ip daddr", "daddr4", 0, 32),
  field("translation", "source", "ip6 saddr", "saddr6", 0, 128),
  field("translation", "destination", "ip6 daddr", "daddr6", 0, 128),
  field("translation", "source port", "th sport", "transport", 0, 16),
  field("translation", "destination port", "th dport", "transport", 16, 16),
  field("mark", "mark", "meta mark", "mark", 0, 32),
  field("mark", "connection mark", "ct mark", "ctmark", 0, 32),
  field("tracking", "zone", "ct zone", "value ct zone", 0, 16),
  field("tracking", "connection label", "ct label", "value ct label", 0, 128),
];

/** Address and port of one end. */
export function fieldsOfEnd(end: "source" | "destination"): readonly FinalField[] {
  return WHOLE.filter(({ name }) => name.startsWith(end));
}

/** The mark is read on the way, too: it chooses the route. */
export const ROUTING_MARK: FinalField = field(
  "mark",
  "mark that chooses the route",
  "meta mark",
  "mark",
  0,
  32,
);

/** All fields that rules have written on either side, each once. */
export function writtenFields(before: FinalState, after: FinalState): readonly FinalField[] {
  const written = [...before.store.written, ...after.store.written];
  const whole = WHOLE.filter((one) => written.some((other) => overlaps(one, other)));
  const rest = written.filter((one) => !WHOLE.some((known) => overlaps(known, one)));
  return [...whole, ...runsOf(rest).map(otherField)];
}

/** Whether a value is what packets bring in a field that no rule reads: no unknown. */
export function isOwnField(key: string): boolean {
  return `value ${key}`.startsWith(ASIDE);
}

function overlaps(one: WrittenField, other: WrittenField): boolean {
  return (
    one.space === other.space &&
    one.from < other.from + other.width &&
    other.from < one.from + one.width
  );
}

/** Bits side by side are one field: what was written in part is kept bit by bit. */
function runsOf(written: readonly WrittenField[]): readonly WrittenField[] {
  const runs: WrittenField[] = [];
  const sorted = written.toSorted(
    (a, b) => a.space.localeCompare(b.space) || a.from - b.from || b.width - a.width,
  );
  for (const one of sorted) {
    const last = runs.at(-1);
    const touches =
      last !== undefined && last.space === one.space && one.from <= last.from + last.width;
    if (!touches) runs.push(one);
    else {
      const end = Math.max(last.from + last.width, one.from + one.width);
      runs[runs.length - 1] = { ...last, width: end - last.from };
    }
  }
  return runs;
}

function otherField({ space, from, width }: WrittenField): FinalField {
  const id = space.startsWith(ASIDE)
    ? space.slice(ASIDE.length)
    : (selectorAt(space, from, width) ?? null);
  const kind = id === null ? "translation" : kindOf(id);
  const name = id ?? `bits ${from} to ${from + width - 1} of the header`;
  return { name, selector: id, kind, space, from, width, isLasting: /^ct (mark|label)/.test(name) };
}

/** What writing to a selector is. */
export function kindOf(selector: string): AlterationKind {
  if (/^(meta|ct) mark$/.test(selector)) return "mark";
  return selector.startsWith("ct ") ? "tracking" : /^meta /.test(selector) ? "mark" : "translation";
}

const HEADERS: Partial<Readonly<Record<Space, readonly [base: string, prefix: RegExp]>>> = {
  network4: ["network", /^ip /],
  network6: ["network", /^ip6 /],
  transport: ["transport", /^(tcp|udp|th|icmp|icmpv6) /],
};

function selectorAt(space: Space, from: number, width: number): string | undefined {
  const header = HEADERS[space];
  if (header === undefined) return undefined;
  const [base, prefix] = header;
  return [...SELECTORS.values()].find(
    ({ id, source, width: own }) =>
      prefix.test(id) &&
      source.kind === "payload" &&
      source.base === base &&
      source.offset === from &&
      own === width,
  )?.id;
}
