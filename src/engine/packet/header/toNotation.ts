import { formatIpv4, formatIpv6 } from "../../base/address.ts";
import { formatInterfaceName } from "../../base/interfaceName.ts";
import { type Assignment, fieldValue } from "../../bdd/index.ts";
import { PROTOCOL_NUMBERS } from "../notation.ts";
import type { Path } from "../packet.ts";
import { PROTOCOL, type SelectorRow, selectorRow, WITH_PORTS } from "../selectors/index.ts";
import { atomOf } from "./atoms.ts";
import type { AtomField, HeaderLayout, Space } from "./layout.ts";
import { usualLength } from "./length.ts";
import { representative } from "./representative.ts";
import { STATE_CODES, STATES } from "./stateCodes.ts";

const NAMES = new Map([...PROTOCOL_NUMBERS].map(([name, number]) => [number, name]));

/** One header in the notation of packets; variables that are not assigned count as zeros. */
export function toNotation(layout: HeaderLayout, header: Assignment, path: Path): string {
  const at = (space: Space, from: number, width: number): bigint =>
    fieldValue(
      layout.levelsAt(space, from, width).map((level) => level ?? NO_LEVEL),
      header,
    );
  const v6 = at("family", 0, 1) === 1n;
  const protocol = Number(at("protocol", 0, 8));
  const width = v6 ? 128 : 32;
  const hasPorts = WITH_PORTS.includes(protocol);
  const end = (address: Space, port: number): string => {
    const value = at(address, 0, width);
    const text = v6 ? `[${formatIpv6(value)}]` : formatIpv4(value);
    return hasPorts ? `${text}:${at("transport", port, 16)}` : text;
  };
  const words = [
    protocolName(protocol, v6),
    end("saddr", SOURCE_PORT),
    ">",
    end("daddr", DESTINATION_PORT),
    ...interfaceWords(layout, header, path),
    ...stateWords(layout, at),
    ...typeWords(protocol, v6, at),
    ...selectorWords(layout, protocol, v6, at),
    ...markWords(layout, at),
    ...fieldWords(layout, header, at),
    ...extensionWords(layout, header, at),
    `path=${path}`,
  ];
  return words.join(" ");
}

/** A level that no header assigns. */
const NO_LEVEL = -1;
const SOURCE_PORT = 0;
const DESTINATION_PORT = 16;

type ReadBits = (space: Space, from: number, width: number) => bigint;

function protocolName(protocol: number, v6: boolean): string {
  if (protocol === PROTOCOL.icmp && v6) return `p${protocol}`;
  return NAMES.get(protocol) ?? `p${protocol}`;
}

function interfaceWords(layout: HeaderLayout, header: Assignment, path: Path): readonly string[] {
  return layout.fields.flatMap((field) => {
    if (field.key === "in" && path !== "output") return [`in=${interfaceName(field, header)}`];
    if (field.key === "out" && path !== "input") return [`out=${interfaceName(field, header)}`];
    return [];
  });
}

function interfaceName(field: AtomField, header: Assignment): string {
  const value = representative(field.key, classOf(field, header)) ?? 0n;
  return formatInterfaceName(value);
}

function classOf(field: AtomField, header: Assignment) {
  return field.atoms.classes[Number(fieldValue(field.levels, header))] ?? [];
}

function stateWords(layout: HeaderLayout, at: ReadBits): readonly string[] {
  if (layout.readBits("state").length === 0) return ["state=new"];
  const state = STATES[Number(at("state", 0, 3))] ?? "new";
  if (state !== "established" && state !== "related") return [`state=${state}`];
  return [`state=${state}`, `dir=${at("direction", 0, 1) === 1n ? "reply" : "original"}`];
}

function typeWords(protocol: number, v6: boolean, at: ReadBits): readonly string[] {
  if (protocol !== (v6 ? PROTOCOL.icmpv6 : PROTOCOL.icmp)) return [];
  return [`type=${at("transport", 0, 8)}`, `code=${at("transport", 8, 8)}`];
}

const SYN = 2n;
/** Selectors that the words before have said already, or that follow from them. */
const SAID = /^(arp |ip6? (saddr|daddr|version|hdrlength|protocol|nexthdr)$)/;

/** Further fields of the packet that some rule reads. */
function selectorWords(
  layout: HeaderLayout,
  protocol: number,
  v6: boolean,
  at: ReadBits,
): readonly string[] {
  return [...layout.questions.asked].flatMap((id) => {
    const row = selectorRow(id);
    const { source } = row;
    if (source.kind !== "payload" || SAID.test(id)) return [];
    if (!fits(row, protocol, v6)) return [];
    const { base, offset } = source;
    if (base === "transport") {
      if (offset + row.width <= DESTINATION_PORT + 16 && WITH_PORTS.includes(protocol)) return [];
      const isSaid = protocol === (v6 ? PROTOCOL.icmpv6 : PROTOCOL.icmp);
      if (isSaid && /^(icmp(v6)? (type|code)|th sport)$/.test(id)) return [];
      const value = at("transport", offset, row.width);
      if (id === "tcp flags") return [`flags=${flagsText(value)}`];
      if (isSaid && value === 0n) return [];
      return isRead(layout, "transport", offset) ? [wordOf(row, value)] : [];
    }
    if (base !== "network") return [];
    const value = at(v6 ? "network6" : "network4", offset, row.width);
    /* Who says nothing of fragments means a whole packet. */
    if (id === "ip frag-off" && value === 0n) return [];
    return isRead(layout, v6 ? "network6" : "network4", offset) ? [wordOf(row, value)] : [];
  });
}

function wordOf({ id, type }: SelectorRow, value: bigint): string {
  return `${dotted(id)}=${valueText(type, value)}`;
}

function valueText(type: SelectorRow["type"], value: bigint): string {
  if (type === "ipv4_addr") return formatIpv4(value);
  if (type === "ipv6_addr") return formatIpv6(value);
  return type === "ether_addr" ? macText(value) : `${value}`;
}

function isRead(layout: HeaderLayout, space: Space, bit: number): boolean {
  return layout.readBits(space).includes(bit);
}

function fits(row: SelectorRow, protocol: number, v6: boolean): boolean {
  const isTransport = row.source.kind === "payload" && row.source.base === "transport";
  return row.needs.every(({ id, value }) => {
    if (id === "meta nfproto" && !isTransport) return value === (v6 ? 10n : 2n);
    if (id === "meta l4proto") return value === BigInt(protocol);
    return true;
  });
}

const FLAG_NAMES = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"] as const;

function flagsText(value: bigint): string {
  if (value === SYN) return "syn";
  const names = FLAG_NAMES.filter((_, i) => ((value >> BigInt(i)) & 1n) === 1n);
  return names.length === 0 ? "none" : names.join(",");
}

function dotted(id: string): string {
  return id.replaceAll(" ", ".");
}

function markWords(layout: HeaderLayout, at: ReadBits): readonly string[] {
  const words: string[] = [];
  if (layout.readBits("mark").length > 0) {
    const mark = at("mark", 0, 32);
    if (mark !== 0n) words.push(`mark=0x${mark.toString(16)}`);
  }
  if (layout.readBits("ctmark").length > 0 && hasConnection(layout, at)) {
    const mark = at("ctmark", 0, 32);
    /* A new packet without a mark is the first one of its connection, and needs no word for it. */
    if (mark !== 0n || at("state", 0, 3) !== NEW) words.push(`ct.mark=0x${mark.toString(16)}`);
  }
  return words;
}

const NEW = BigInt(STATE_CODES.new);

function hasConnection(layout: HeaderLayout, at: ReadBits): boolean {
  if (layout.readBits("state").length === 0) return false;
  return /^(new|established|related)$/.test(STATES[Number(at("state", 0, 3))] ?? "");
}

/** Fields of classes that the packet says: owner, length, MAC …. */
function fieldWords(layout: HeaderLayout, header: Assignment, at: ReadBits): readonly string[] {
  const isOwnerless = layout.flags.some(
    ({ key, level }) => key === "socket owner" && header.get(level) !== true,
  );
  const words = layout.fields
    .filter(({ key }) => !isOwnerless || !key.startsWith("meta sk"))
    .flatMap((field) => fieldWord(layout, field, header, at));
  return isOwnerless ? ["owner=none", ...words] : words;
}

function fieldWord(
  layout: HeaderLayout,
  field: AtomField,
  header: Assignment,
  at: ReadBits,
): readonly string[] {
  if (field.kind !== "header" || field.key === "in" || field.key === "out") return [];
  if (!layout.isRead(field) || !isSelector(field.key)) return [];
  const value = representative(field.key, classOf(field, header));
  if (value === null || atomOf(field.atoms, value) === undefined) return [];
  if (field.key === "meta length") {
    const family = at("family", 0, 1) === 1n ? "ip6" : "ip";
    return [`len=${usualLength(classOf(field, header), Number(at("protocol", 0, 8)), family)}`];
  }
  return [wordOf(selectorRow(field.key), value)];
}

function isSelector(key: string): boolean {
  return /^(meta|ether|rt seg-left)( |$)/.test(key);
}

const MAC_DIGITS = 12;

function macText(value: bigint): string {
  return value.toString(16).padStart(MAC_DIGITS, "0");
}

const EXTENSIONS: ReadonlyMap<number, string> = new Map([
  [0, "hbh"],
  [60, "dst"],
  [43, "rt"],
  [44, "frag"],
]);
const NEXT_HEADER = 48;

/** Extension headers that the packet has, the one that its header names first. */
function extensionWords(layout: HeaderLayout, header: Assignment, at: ReadBits): readonly string[] {
  const found = layout.flags.flatMap(({ key, kind, level }) => {
    const [what, part] = key.split(" ");
    const isThere = kind === "header" && what === "exthdr" && header.get(level) === true;
    return isThere ? [Number(part)] : [];
  });
  const next = isRead(layout, "network6", NEXT_HEADER)
    ? Number(at("network6", NEXT_HEADER, 8))
    : -1;
  const isSix = at("family", 0, 1) === 1n;
  const order = isSix && EXTENSIONS.has(next) ? [next, ...found.filter((n) => n !== next)] : found;
  const names = order.flatMap((number) => EXTENSIONS.get(number) ?? []);
  if (names.length === 0) return [];
  const hasField = (name: string) => layout.fields.some(({ key }) => key === name);
  const field = (name: string): bigint => {
    const atoms = layout.fields.find(({ key }) => key === name);
    return atoms === undefined ? 0n : (representative(atoms.key, classOf(atoms, header)) ?? 0n);
  };
  const offset = Number(field("frag frag-off")) * 8;
  const fragment = `frag@${offset}${field("frag more-fragments") === 1n ? "m" : ""}`;
  const written = new Map([
    ["frag", fragment],
    ["rt", hasField("rt type") ? `rt${field("rt type")}` : "rt"],
  ]);
  return [`ext=${names.map((name) => written.get(name) ?? name).join("+")}`];
}
