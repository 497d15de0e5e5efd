import type { Range } from "../base/range.ts";
import { FALSE, type Node } from "../bdd/index.ts";
import type { HeaderLayout } from "../packet/header/layout.ts";
import type { IpFamily, Path } from "../packet/packet.ts";
import { type BoxOfFields, boxExcept, boxesOf } from "./boxes.ts";
import { type Field, readerFields } from "./fields.ts";
import {
  addressWords,
  interfaceWords,
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
): Description {
  const { arena } = layout;
  const [six = FALSE] = layout.bits("family", 0, 1);
  const ofFamily = FAMILIES.map((family) => {
    const own = (node: Node) => arena.and(node, family === "ip6" ? six : arena.not(six));
    return describeFamily(layout, own(set), own(domain), family, path, vocabulary);
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
  const only = (lines: readonly string[], family: string) =>
    lines.filter((line) => !both.includes(line)).map((line) => markFamily(line, family));
  return [...both, ...only(four, "IPv4"), ...only(six, "IPv6")];
}

/** The family shows in an address; elsewhere it is said. */
function markFamily(line: string, family: string): string {
  return /\d\.\d|[0-9a-f]::?[0-9a-f]?|::/.test(line) ? line : `${family} ${line}`;
}

function describeFamily(
  layout: HeaderLayout,
  set: Node,
  domain: Node,
  family: IpFamily,
  path: Path,
  vocabulary: Vocabulary,
): Description {
  if (set === FALSE) return { lines: [], isExact: true };
  const fields = readerFields(layout, family, path);
  const { boxes, isComplete } = boxesOf(layout.arena, set, domain, fields);
  const words = (box: BoxOfFields) => boxWords(box, fields, family, vocabulary);
  const around = boxExcept(layout.arena, set, domain, fields, boxes.length);
  if (around !== null && isComplete) {
    const line = `${words(around.box)}; except ${around.except.map(words).join("; ")}`;
    return { lines: [line], isExact: true };
  }
  const lines = boxes.map(words);
  return { lines, isExact: isComplete && boxes.every(({ isExact }) => isExact) };
}

function boxWords(
  { values }: BoxOfFields,
  fields: readonly Field[],
  family: IpFamily,
  vocabulary: Vocabulary,
): string {
  const words = (name: string, say: (ranges: readonly Range[], field: Field) => string): string => {
    const ranges = values.get(name);
    const field = fields.find((one) => one.name === name);
    return ranges === undefined || field === undefined ? "" : say(ranges, field);
  };
  const protocol = words("protocol", protocolWords);
  const address = (name: string) =>
    words(name, (ranges) => addressWords(ranges, family, vocabulary)) || "any";
  const isIcmp = /^(icmp|ipv6-icmp|icmpv6)$/.test(protocol);
  const port = (name: string): string => {
    const text = words(name, (ranges) => (isIcmp ? "" : portWords(ranges, protocol)));
    return text === "" ? "" : ` port ${text}`;
  };
  const parts = [
    `${protocol === "" ? "any" : protocol} ${address("saddr")}${port("sport")} → ${address("daddr")}${port("dport")}`,
    labelled("in", words("in", interfaceWords)),
    labelled("out", words("out", interfaceWords)),
    isIcmp ? labelled("type and code", words("sport", typeWords)) : "",
    labelled("state", words("state", stateWords)),
    words("direction", (ranges) => (ranges[0]?.from === 1n ? "replies" : "original direction")),
    ...[...values.keys()]
      .filter((name) => !SAID.has(name))
      .map((name) => labelled(name, words(name, valueWords))),
  ];
  return parts.filter((part) => part !== "").join(", ");
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
