import type { Extension, Fragment, IpFamily, PacketShape, PacketSpec } from "./packet.ts";

export interface NotationOptions {
  /** True: `len=` counts bytes added to the payload; false: bytes of the whole IP packet. */
  readonly lengthIsExtra: boolean;
}

interface ShapeHead {
  readonly family: IpFamily;
}

type InnerParser = (
  text: string,
) => PacketSpec | { readonly kind: "error"; readonly message: string };

const EXTENSION_NUMBERS: ReadonlyMap<string, number> = new Map([
  ["hbh", 0],
  ["dst", 60],
  ["rt", 43],
  ["frag", 44],
]);

/** The IP option that routers must look at (RFC 2113), four bytes. */
const ROUTER_ALERT = Uint8Array.of(0x94, 4, 0, 0);
/** Offset in bytes of a later fragment where no number is given: two units of eight bytes. */
const LATER_OFFSET = 16;
/** Routing header type where none is given (RFC 8754). */
const SEGMENT_ROUTING = 4;

/** The shape with `key` applied; null where the key is none of its own; a text where it is wrong. */
export function applyShapeKey(
  shape: PacketShape,
  key: string,
  value: string,
  head: ShapeHead,
  options: NotationOptions,
  parseInner: InnerParser,
): PacketShape | string | null {
  switch (key) {
    case "frag":
      return applyFragment(shape, value, head);
    case "fragdata":
      return withBytes(value, (fragmentData) => ({ ...shape, fragmentData }));
    case "fraglen":
      return withNumber(value, (fragmentLength) => ({ ...shape, fragmentLength }));
    case "fragof":
      return { ...shape, continuesPrevious: true };
    case "ext":
    case "ip6.ext":
      return applyExtensions(shape, value);
    case "ip.options":
      return { ...shape, ipOptions: ROUTER_ALERT };
    case "ipopt":
      return withBytes(value, (ipOptions) => ({ ...shape, ipOptions }));
    case "opts":
      return withBytes(value, (tcpOptions) => ({ ...shape, tcpOptions }));
    case "mss":
      return withNumber(value, (mss) => ({
        ...shape,
        tcpOptions: Uint8Array.of(2, 4, mss >> 8, mss & 255),
      }));
    case "payload":
      return applyPayload(shape, value);
    case "len":
      return withNumber(value, (length) =>
        options.lengthIsExtra
          ? { ...shape, extraLength: length }
          : { ...shape, totalLength: length },
      );
    case "csum":
    case "checksum":
      return { ...shape, badChecksum: value === "bad" };
    case "seq":
      if (options.lengthIsExtra && !/^[+-]/.test(value)) return null;
      return /^[+-]?\d{1,10}$/.test(value)
        ? { ...shape, sequenceShift: Number(value) }
        : `\`${value}\` is no number`;
    case "df":
      return { ...shape, dontFragment: value !== "0" };
    case "inner": {
      const inner = parseInner(innerText(value));
      return "kind" in inner ? `inner: ${inner.message}` : { ...shape, inner };
    }
    default:
      return null;
  }
}

/** `udp/198.51.100.7/53/10.0.0.5/4000` and `(udp 198.51.100.7:53 > 10.0.0.5:4000)` say the same. */
function innerText(value: string): string {
  const parts = value.split("/");
  if (parts.length !== 5) return value.replace(/^\(|\)$/g, "");
  const [protocol, source, sourcePort, destination, destinationPort] = parts as [
    string,
    string,
    string,
    string,
    string,
  ];
  const end = (address: string, port: string) =>
    address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  return `${protocol} ${end(source, sourcePort)} > ${end(destination, destinationPort)}`;
}

function applyFragment(shape: PacketShape, value: string, head: ShapeHead): PacketShape | string {
  if (value === "whole") return { ...shape, dontFragment: true };
  if (value === "none") return shape;
  const fragment = parseFragment(value);
  if (fragment === null) return `\`frag=${value}\` is no fragment`;
  if (head.family === "ip") return { ...shape, fragment };
  const extension = { header: 44, routingType: 0, offset: fragment.offset, more: fragment.more };
  return { ...shape, fragment, extensions: [...shape.extensions, extension] };
}

function parseFragment(value: string): Fragment | null {
  if (value === "first") return { offset: 0, more: true, kind: "first" };
  if (value === "later") return { offset: LATER_OFFSET, more: false, kind: "later" };
  if (value === "atomic") return { offset: 0, more: false, kind: "atomic" };
  const number = /^(\d{1,5})(m?)$/.exec(value);
  if (number === null) return null;
  return { offset: Number(number[1]) & ~7, more: number[2] === "m", kind: "offset" };
}

/** `hbh,dst`, `hbh+rt2+frag@64m`: the fragment header stays the last where it came first. */
function applyExtensions(shape: PacketShape, value: string): PacketShape | string {
  const extensions: Extension[] = [];
  let fragment = shape.fragment;
  for (const part of value.split(/[,+]/)) {
    const match = /^(hbh|dst|rt|frag)(\d*)(?:@(\d+))?(m?)$/.exec(part);
    const header = EXTENSION_NUMBERS.get(match?.[1] ?? "");
    if (match === null || header === undefined) return `\`${part}\` is no extension header`;
    const offset = Number(match[3] ?? 0) & ~7;
    const more = match[4] === "m";
    extensions.push({
      header,
      routingType: match[2] === "" ? SEGMENT_ROUTING : Number(match[2]),
      offset,
      more,
    });
    if (header === 44) fragment = { offset, more, kind: "offset" };
  }
  return { ...shape, fragment, extensions: [...extensions, ...shape.extensions] };
}

function applyPayload(shape: PacketShape, value: string): PacketShape | string {
  if (value.startsWith('"')) {
    const text = value.replaceAll('"', "");
    const payload = Uint8Array.from(text, (char) => char.charCodeAt(0) & 255);
    return { ...shape, payload, markerFirst: false };
  }
  return withBytes(value, (payload) => ({ ...shape, payload }));
}

function withNumber(text: string, make: (value: number) => PacketShape): PacketShape | string {
  return /^\d{1,9}$/.test(text) ? make(Number(text)) : `\`${text}\` is no number`;
}

function withBytes(text: string, make: (bytes: Uint8Array) => PacketShape): PacketShape | string {
  if (!/^([0-9a-fA-F]{2})*$/.test(text)) return `\`${text}\` is not hexadecimal`;
  return make(Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
}
