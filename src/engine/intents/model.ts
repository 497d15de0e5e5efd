import type { Range } from "../base/range.ts";
import type { ToldFate } from "../compile/index.ts";
import type { IpFamily, Path } from "../packet/packet.ts";

/** Hosts of one end of a flow, by family; a family that is missing has no hosts. */
export type Addresses = ReadonlyMap<IpFamily, readonly Range[]>;

export const ANYWHERE: Addresses = new Map([
  ["ip", [{ from: 0n, to: 0xffffffffn }]],
  ["ip6", [{ from: 0n, to: (1n << 128n) - 1n }]],
]);
export const ANY_PORT: readonly Range[] = [{ from: 0n, to: 65535n }];

/** Hosts that somebody has declared: a rule that sends connections to another one sends them nowhere known. */
export interface Hosts {
  /** But for the device itself. */
  readonly others: Addresses;
  /** Of the device itself; null: nobody has said. */
  readonly own: Addresses | null;
  /** What lies behind interfaces of the device. */
  readonly behind: readonly Behind[];
}

export interface Behind {
  readonly addresses: Addresses;
  readonly interfaces: readonly string[];
}

/** One end of a flow, as the device sees it. */
export interface End {
  readonly addresses: Addresses;
  /**
   * Interfaces behind which it lies, a trailing `*` for any; null: any, or the device itself; `unknown`: one of
   * them, and nobody has said which, but never loopback's.
   */
  readonly interfaces: readonly string[] | "unknown" | null;
}

/** What is asked for at the far end. */
export type Service =
  /** TCP, UDP, SCTP …: any of the ports. */
  | { readonly kind: "ports"; readonly protocol: number; readonly ports: readonly Range[] }
  /** Protocols without ports, whole. */
  | { readonly kind: "protocol"; readonly protocol: number }
  /** The echo request of the family. */
  | { readonly kind: "ping" };

/** Connections that begin at `from`. */
export interface FlowPattern {
  /** `input`: the device itself is `to`; `output`: it is `from`. */
  readonly path: Path;
  readonly from: End;
  readonly to: End;
  readonly services: readonly Service[];
}

/**
 * `reachable`: every connection of every flow gets through, its replies too. `blocked`: no packet
 * that could begin one does.
 */
export type IntentKind = "reachable" | "blocked";

export interface Intent {
  readonly kind: IntentKind;
  readonly flows: readonly FlowPattern[];
}

/** Which packets of a connection an answer speaks of. */
export type FlowPart = "first" | "reply" | "later";

/** Packets that decide an answer, told by one of them. */
export interface IntentExample extends ToldFate {
  readonly part: FlowPart;
  /** In packet notation. */
  readonly packet: string;
}

/**
 * `holds`: in any state. `holds, except`: as long as nothing has happened (tokens are there, counts 0, sets as
 * listed), as far as `except` says. `undecided`: `reasons` says what could not be proved, or `dependsOn` on what it
 * hangs.
 */
export type IntentStatus = "holds" | "holds, except" | "broken" | "undecided";

/** Whether it is kept, be it with limits that are told; a status that is not known here is not. */
export function isKept(status: string): boolean {
  return status === "holds" || status === "holds, except";
}

export interface IntentAnswer {
  readonly status: IntentStatus;
  /** A packet that breaks it, or that may, or that is beyond its limits; null where it holds in any state. */
  readonly example: IntentExample | null;
  /** Unknowns that it hangs on, by name. */
  readonly dependsOn: readonly string[];
  /**
   * How far it holds as long as nothing has happened (tokens are there, counts 0, sets as listed), in words; empty:
   * without an end. Null: it does not hold even then, or that is not proved.
   */
  readonly except: readonly string[] | null;
  readonly reasons: readonly string[];
  readonly assumptions: readonly string[];
}
