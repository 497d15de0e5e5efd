import { complementRanges, type Range } from "../base/range.ts";
import { FALSE, type Node } from "../bdd/index.ts";
import type { HeaderLayout } from "../packet/header/layout.ts";
import { rangesOver } from "../packet/header/rangesOver.ts";
import type { IpFamily, Path } from "../packet/packet.ts";
import { type BoxOfFields, boxExcept, boxesOf } from "./boxes.ts";
import { type Field, readerFields } from "./fields.ts";
import { interfaceWords } from "./interfaceWords.ts";
import type { PossibleValues } from "./possibleValues.ts";
import {
  addressWords,
  isCut,
  portWords,
  protocolWords,
  stateWords,
  type Vocabulary,
  valueWords,
} from "./words.ts";

/** A set of packets in words. */
export interface Description {
  /** Their union is the set; the last one counts the rest where `isExact` is false. */
  readonly lines: readonly string[];
  readonly isExact: boolean;
}

/** Lines of one class at most: more are not read. */
export const MAXIMUM_DESCRIPTION_LINES = 8;

const FAMILIES: readonly IpFamily[] = ["ip", "ip6"];

/** Tells a set of headers (no unknowns) in the words of the rulesets; `domain`: headers that can be. */
export function describe(
  layout: HeaderLayout,
  set: Node,
  domain: Node,
  path: Path,
  vocabulary: Vocabulary,
  possible: PossibleValues,
): Description {
  const { arena } = layout;
  const [six = FALSE] = layout.bits("family", 0, 1);
  const ofFamily = FAMILIES.map((family) => {
    const own = (node: Node) => arena.and(node, family === "ip6" ? six : arena.not(six));
    return describeFamily(layout, own(set), own(domain), family, path, vocabulary, possible);
  });
  const lines = withFamilies(ofFamily.map((description) => description.lines));
  const isWhole = ofFamily.every(({ isExact }) => isExact);
  if (lines.length <= MAXIMUM_DESCRIPTION_LINES) return { lines, isExact: isWhole };
  const shown = lines.slice(0, MAXIMUM_DESCRIPTION_LINES - 1);
  const more = lines.length - shown.length;
  return {
    lines: [...shown, `and ${more} more such groups${isWhole ? "" : " at least"}`],
    isExact: false,
  };
}

/** Lines that both families have in the same words are told once. */
function withFamilies([four = [], six = []]: readonly (readonly string[])[]): readonly string[] {
  const both = four.filter((line) => six.includes(line));
  const isMixed = four.length > 0 && six.length > 0;
  const only = (lines: readonly string[], family: string) =>
    lines
      .filter((line) => !both.includes(line))
      .map((line) => (line.startsWith(EXCEPT) && !isMixed ? line : markFamily(line, family)));
  return [...both, ...only(four, "IPv4"), ...only(six, "IPv6")];
}

/** The family shows in an address; elsewhere it is said. */
function markFamily(line: string, family: string): string {
  if (/\d\.\d|[0-9a-f]::?[0-9a-f]?|::/.test(line)) return line;
  return line.startsWith(EXCEPT)
    ? `${EXCEPT}${family} ${line.slice(EXCEPT.length)}`
    : `${family} ${line}`;
}

/** Begins a line that takes packets out of the one before. */
const EXCEPT = "except ";

function describeFamily(
  layout: HeaderLayout,
  set: Node,
  domain: Node,
  family: IpFamily,
  path: Path,
  vocabulary: Vocabulary,
  possible: PossibleValues,
): Description {
  if (set === FALSE) return { lines: [], isExact: true };
  const fields = readerFields(layout, family, path);
  const { boxes, isComplete } = boxesOf(layout.arena, set, domain, fields);
  const speech: Speech = {
    fields,
    family,
    vocabulary,
    possible: (field, box) => possible(arriving(layout, domain, fields, box), field),
    besides: (field, box, range) => {
      const outside = complementRanges([range], field.levels.length);
      const bits = field.levels.map((level) => layout.arena.variable(level));
      const others = rangesOver(layout.arena, bits, outside);
      const canBe = layout.arena.intersects(arriving(layout, domain, fields, box), others);
      return canBe ? outside : [];
    },
  };
  const words = (box: BoxOfFields) => boxWords(box, speech);
  const around = isComplete ? boxExcept(layout.arena, set, domain, fields, boxes) : null;
  if (around !== null) {
    const except = around.except.map((box) => `${EXCEPT}${words(beside(box, around.box))}`);
    const lines = [words(around.box), ...except];
    return { lines, isExact: !lines.some(isCut) };
  }
  const lines = boxes.map(words);
  const isWhole = isComplete && boxes.every(({ isExact }) => isExact);
  return { lines, isExact: isWhole && !lines.some(isCut) };
}

/** An exception says only what it does not share with the whole. */
function beside(box: BoxOfFields, whole: BoxOfFields): BoxOfFields {
  const text = (ranges: readonly Range[] = []) =>
    ranges.map(({ from, to }) => `${from}-${to}`).join();
  const values = [...box.values].filter(
    ([name, ranges]) => name === "protocol" || text(whole.values.get(name)) !== text(ranges),
  );
  return { ...box, values: new Map(values) };
}

/** Headers that can be, behind the interface that the box names: addresses of lo come by lo alone. */
function arriving(
  { arena }: HeaderLayout,
  domain: Node,
  fields: readonly Field[],
  { values }: BoxOfFields,
): Node {
  const field = fields.find(({ name }) => name === "in");
  const ranges = values.get("in");
  if (field === undefined || ranges === undefined) return domain;
  const bits = field.levels.map((level) => arena.variable(level));
  return arena.and(domain, rangesOver(arena, bits, ranges));
}

/** Nothing is said. */
const WHOLE: BoxOfFields = { values: new Map(), isExact: true };

interface Speech {
  readonly fields: readonly Field[];
  readonly family: IpFamily;
  readonly vocabulary: Vocabulary;
  /** Values that packets of the box can have in the field. */
  readonly possible: (field: Field, box: BoxOfFields) => readonly Range[];
  /** All values beside a range where any of them can be, else none: mostly that is all that has to be known. */
  readonly besides: (field: Field, box: BoxOfFields, range: Range) => readonly Range[];
}

function boxWords(box: BoxOfFields, speech: Speech): string {
  const { fields, family, vocabulary, possible } = speech;
  const { values } = box;
  const words = (name: string, say: (ranges: readonly Range[], field: Field) => string): string => {
    const ranges = values.get(name);
    const field = fields.find((one) => one.name === name);
    return ranges === undefined || field === undefined ? "" : say(ranges, field);
  };
  const protocol = words("protocol", (ranges, field) =>
    protocolWords(ranges, () => possible(field, WHOLE)),
  );
  const address = (name: string) =>
    words(name, (ranges, field) =>
      addressWords(ranges, family, vocabulary, possibleBeside(ranges, field, box, speech)),
    ) || "any";
  const way = (ranges: readonly Range[], field: Field) =>
    interfaceWords(ranges, field, possible(field, WHOLE));
  const isIcmp = /^(icmp|ipv6-icmp|icmpv6)$/.test(protocol);
  const port = (name: string): string => {
    const text = words(name, (ranges) => (isIcmp ? "" : portWords(ranges, protocol)));
    return text === "" ? "" : ` port ${text}`;
  };
  const parts = [
    `${protocol === "" ? "any" : protocol} ${address("saddr")}${port("sport")} → ${address("daddr")}${port("dport")}`,
    labelled("in", words("in", way)),
    labelled("out", words("out", way)),
    isIcmp ? labelled("type and code", words("sport", typeWords)) : "",
    labelled("state", words("state", stateWords)),
    words("direction", (ranges) => (ranges[0]?.from === 1n ? "replies" : "original direction")),
    ...[...values.keys()]
      .filter((name) => !SAID.has(name))
      .map((name) => labelled(name, words(name, valueWords))),
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/**
 * What is possible, as far as the words for addresses hang on it: one range is told as it is wherever anything beside it
 * is possible, whatever that is. To find out all of it took a tenth of a diff of 1,000 rules.
 */
function possibleBeside(
  ranges: readonly Range[],
  field: Field,
  box: BoxOfFields,
  { possible, besides }: Speech,
): readonly Range[] {
  const [only, second] = ranges;
  if (only === undefined || second !== undefined) return possible(field, box);
  return besides(field, box, only);
}

const SAID: ReadonlySet<string> = new Set([
  "protocol",
  "saddr",
  "daddr",
  "sport",
  "dport",
  "in",
  "out",
  "state",
  "direction",
]);

function labelled(label: string, text: string): string {
  return text === "" ? "" : `${label} ${text}`;
}

/** Type and code of ICMP stand where other protocols have their source port. */
function typeWords(ranges: readonly Range[]): string {
  return ranges
    .map(({ from, to }) => {
      const type = from >> 8n;
      if (to - from === 255n && (from & 255n) === 0n) return `${type}`;
      return from === to
        ? `${type}/${from & 255n}`
        : `${type}/${from & 255n}-${to >> 8n}/${to & 255n}`;
    })
    .join(", ");
}
