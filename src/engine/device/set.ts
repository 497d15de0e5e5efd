import type { Range } from "../base/range.ts";
import type { Span } from "../base/span.ts";
import type { Statement, Verdict } from "./statement.ts";

/** A named set, map, verdict map or object map of a table, or an ipset of the device. */
export interface NamedSet {
  readonly kind: "set" | "map" | "verdictMap" | "objectMap";
  readonly name: string;
  /** How each part of the key is written: `ipv4_addr`, `inet_service`, …. */
  readonly keyTypes: readonly string[];
  /** Widths of the parts in bits, as many as `keyTypes`. */
  readonly keyWidths: readonly number[];
  /** Type of the data (`ipv4_addr`, `verdict`, `counter` …); null for a set. */
  readonly dataType: string | null;
  readonly interval: boolean;
  /** The packet path may write it (`flags dynamic`, or a rule adds to it). */
  readonly dynamic: boolean;
  /** Elements at most; null where none is stated. */
  readonly size: number | null;
  /** For elements without one of their own; null: elements stay. */
  readonly defaultTimeoutMs: number | null;
  readonly elements: readonly SetElement[];
  /** Statements that each new element gets (`counter`, `limit …`). */
  readonly elementStatements: readonly Statement[];
  /** How an ipset compares (`hash:net` …); null for sets of nftables. */
  readonly ipset: IpsetFacts | null;
  /**
   * Members that only the device can resolve (host names); `elements` lacks them, so what asks this
   * set is opaque.
   */
  readonly unresolved?: readonly string[];
  /** Intervals that meet become one. */
  readonly autoMerge?: true;
  /** Its elements may have times. */
  readonly timeout?: true;
  /** Takes no elements once its transaction is over. */
  readonly constant?: true;
  /** Of which selectors the types are, as written; left out: it names types. */
  readonly typeof?: string;
  /** How often elements whose time is over are cleared away; left out: as the kernel likes. */
  readonly clearedEveryMs?: number;
  /** Kept small rather than fast (`policy memory`). */
  readonly isSmall?: true;
  readonly comment?: string;
  readonly span: Span;
}

export interface IpsetFacts {
  /** `hash:ip`, `hash:net,port`, `bitmap:port`, `list:set` …. */
  readonly type: string;
  readonly family: "ip" | "ip6" | "none";
  /** Bits of an address that count (`hash:ip` with `netmask`); elements are whole networks then. */
  readonly netmask: number | null;
  /** Bits of the mark that `hash:ip,mark` compares; left out: all. */
  readonly markMask?: bigint;
  /** Members of a `list:set`, in order. */
  readonly members: readonly string[];
}

export interface SetElement {
  /** One range for each part of the key; empty for the catch-all `*`. */
  readonly key: readonly Range[];
  readonly catchAll: boolean;
  readonly data: ElementData | null;
  /** As configured; null: the set's default. 0: never expires. */
  readonly timeoutMs: number | null;
  /** Time left as listed; null where the listing has none. */
  readonly expiresMs: number | null;
  /** ipset's `nomatch`: an exception to a wider element. */
  readonly exception: boolean;
  readonly statements: readonly Statement[];
  readonly comment?: string;
  readonly span: Span;
}

export type ElementData =
  /** One value for each part; ranges and prefixes occur in maps for NAT. */
  | { readonly kind: "value"; readonly parts: readonly Range[]; readonly widths: readonly number[] }
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  | { readonly kind: "object"; readonly name: string };
