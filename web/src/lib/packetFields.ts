/** A packet in the notation of `premortem trace`, as a form has it. */
export interface PacketFields {
  readonly protocol: string;
  /** With its port where somebody wrote one. */
  readonly from: string;
  readonly to: string;
  /** Empty: none. */
  readonly port: string;
  readonly state: string;
  /** All that the form has no field for: `in=dmz out=wan`. */
  readonly rest: string;
}

export const NO_PACKET: PacketFields = {
  protocol: "tcp",
  from: "",
  to: "",
  port: "",
  state: "new",
  rest: "",
};

const HEAD = /^\s*(\S+)\s+(\S+)\s*>\s*(\S+)\s*(.*)$/s;
const STATE = /(?:^|\s)state=(\S+)/;
/** An address with a port; IPv6 has brackets then. */
const WITH_PORT = /^(\[[^\]]*\]|[^:[\]]+):(\d+)$/;
/** Any would do: rules rarely ask for it. */
const SOURCE_PORT = 40_000;
const ECHO_REQUEST = "type=8";

/** Null: it is not in the notation. */
export function fieldsOf(packet: string): PacketFields | null {
  const [, protocol, from, target, words = ""] = HEAD.exec(packet) ?? [];
  if (protocol === undefined || from === undefined || target === undefined) return null;
  const [, to = target, port = ""] = WITH_PORT.exec(target) ?? [];
  const state = STATE.exec(words)?.[1] ?? "";
  return { protocol, from, to, port, state, rest: words.replace(STATE, " ").trim() };
}

export function packetOf({ protocol, from, to, port, state, rest }: PacketFields): string {
  const hasPorts = protocol !== "icmp";
  const source = hasPorts && !WITH_PORT.test(from) ? `${bracketed(from)}:${SOURCE_PORT}` : from;
  const target = hasPorts && port !== "" ? `${bracketed(to)}:${port}` : to;
  const needsType = !hasPorts && !/(?:^|\s)type=/.test(rest);
  return [
    `${protocol} ${source} > ${target}`,
    ...(needsType ? [ECHO_REQUEST] : []),
    ...(state === "" ? [] : [`state=${state}`]),
    ...(rest === "" ? [] : [rest]),
  ].join(" ");
}

function bracketed(address: string): string {
  return address.includes(":") && !address.startsWith("[") ? `[${address}]` : address;
}
