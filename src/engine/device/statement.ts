import type { Range } from "../base/range.ts";
import type { Span } from "../base/span.ts";
import type { Expression, SetReference, Test, UnknownKind } from "./expression.ts";

export type Verdict =
  | { readonly kind: "accept" }
  | { readonly kind: "drop" }
  | { readonly kind: "continue" }
  | { readonly kind: "return" }
  | { readonly kind: "jump"; readonly chain: string }
  | { readonly kind: "goto"; readonly chain: string }
  /** `bypass`: without a listener the packet is accepted at this rule (measured). */
  | {
      readonly kind: "queue";
      readonly numbers: Range;
      readonly bypass: boolean;
      /** The processor chooses among several numbers, not the packet. */
      readonly fanout?: boolean;
      /** What the number is worked out of, as written. */
      readonly chosenBy?: string;
    };

/** Statements run in the order written; the first that does not match ends the rule. */
export type Statement =
  | Match
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  /** A key without an element ends the rule. */
  | { readonly kind: "verdictMap"; readonly key: Expression; readonly map: SetReference }
  | { readonly kind: "reject"; readonly with: RejectWith }
  /** `meta mark set …`: `target` is a row of the selector table that can be written. */
  | {
      readonly kind: "write";
      readonly target: string;
      readonly value: Expression;
      /** True: a smaller value stays as it is (TCPMSS). */
      readonly lowersOnly?: true;
      /** True: without a value nothing is written and the rule goes on (CONNMARK). */
      readonly goesOn?: true;
    }
  | NatStatement
  | { readonly kind: "notrack" }
  /** `ct helper set`, `ct timeout set`, `ct expectation set`, iptables' `CT --helper`. */
  | {
      readonly kind: "ctObject";
      readonly what: "helper" | "timeout" | "expectation";
      readonly name: string;
    }
  | LimitStatement
  | QuotaStatement
  | ConnectionCountStatement
  | DynamicSetStatement
  | RecentStatement
  | HashLimitStatement
  | StatisticStatement
  | {
      readonly kind: "ipsetUpdate";
      readonly operation: "add" | "delete";
      readonly set: SetReference & { readonly kind: "ipset" };
      readonly timeoutMs: number | null;
      readonly exist: boolean;
    }
  | PayloadSearchStatement
  | U32Statement
  | {
      readonly kind: "tproxy";
      readonly family: "ip" | "ip6" | null;
      readonly address: Expression | null;
      readonly port: Expression | null;
      readonly mark: { readonly value: bigint; readonly mask: bigint } | null;
      /** xtables: with a socket the packet is accepted here, without one it is dropped. */
      readonly terminal?: true;
    }
  | { readonly kind: "synproxy"; readonly text: string }
  /** `dup to …`, TEE: a copy goes elsewhere, this packet goes on. */
  | { readonly kind: "duplicate"; readonly text: string }
  /** `fwd to …` (netdev only). */
  | { readonly kind: "forwardTo"; readonly text: string }
  /** `flow add @f`: later packets of the flow bypass the chains; never proved through. */
  | { readonly kind: "flowOffload"; readonly flowtable: string }
  /** Named object used by a rule (`quota name "q"`, `limit name tcp dport map {…}`). */
  | {
      readonly kind: "objectReference";
      readonly object: ObjectKind;
      readonly name: string | null;
      readonly lookup: { readonly key: Expression; readonly map: SetReference } | null;
    }
  /** The closed list of what decides nothing. */
  | {
      readonly kind: "harmless";
      readonly what: "counter" | "log" | "comment" | "nftrace" | "account";
      readonly text: string;
    }
  /** Changes nothing that a fate holds, yet is no mere record (`CHECKSUM --checksum-fill`). */
  | { readonly kind: "noEffect"; readonly text: string }
  /** A match that is only a name. `text` is canonical, and names what is asked without negation. */
  | {
      readonly kind: "opaqueMatch";
      readonly unknown: UnknownKind;
      readonly text: string;
      readonly negated: boolean;
      readonly reads: readonly string[];
    }
  /** An action that is only a name: after it everything is possible. */
  | { readonly kind: "opaqueAction"; readonly text: string }
  /** What the parser could not read; after it everything is possible. */
  | { readonly kind: "notUnderstood"; readonly text: string };

export interface Match {
  readonly kind: "match";
  readonly left: Expression;
  readonly test: Test;
  /** Not written by the user: nft adds `meta l4proto tcp` in front of `tcp dport`. */
  readonly implied: boolean;
  /**
   * What happens where `left` has no value. Left out: the rule ends, negated or not (nftables).
   * `matches`: the rule goes on (`! --uid-owner` for packets without a socket, measured).
   * `drops`: the packet is dropped (the hotdrop of xtables for a cut transport header).
   */
  readonly whenAbsent?: "matches" | "drops";
}

export type RejectWith =
  | { readonly kind: "tcpReset" }
  /** `family` both: nft's icmpx; then `code` is 0 no-route, 1 port, 2 host, 3 admin-prohibited. */
  | { readonly kind: "icmp"; readonly family: "ip" | "ip6" | "both"; readonly code: number };

export interface NatStatement {
  readonly kind: "nat";
  readonly type: "dnat" | "snat" | "masquerade" | "redirect" | "netmap";
  /** The family of the address; null where none is given (masquerade, redirect, ports only). */
  readonly family: "ip" | "ip6" | null;
  readonly address: NatAddress | null;
  /** Null: the port stays (masquerade and snat may change it on a collision). */
  readonly port: NatPort | null;
  /** `--to-destination 10.0.0.9:2000-2010/5000`: port 5000 becomes 2000, 5001 becomes 2001 …. */
  readonly portBase?: bigint;
  readonly random: boolean;
  readonly persistent: boolean;
}

export type NatAddress =
  | { readonly kind: "range"; readonly range: Range }
  /** Address, or address . port (`dnat ip addr . port to … map …`) where `withPort`. */
  | { readonly kind: "expression"; readonly expression: Expression; readonly withPort: boolean };

export type NatPort =
  | { readonly kind: "range"; readonly range: Range }
  | { readonly kind: "expression"; readonly expression: Expression };

/** Token bucket. Matches while tokens last; with `over` only when they have run out. */
export interface LimitStatement {
  readonly kind: "limit";
  readonly rate: bigint;
  readonly periodMs: number;
  readonly burst: bigint;
  readonly unit: "packets" | "bytes";
  readonly over: boolean;
  /** A named limit object of the table shares its bucket. */
  readonly object: string | null;
}

export interface QuotaStatement {
  readonly kind: "quota";
  readonly bytes: bigint;
  readonly used: bigint;
  readonly over: boolean;
  readonly object: string | null;
}

/** `ct count over 5`, iptables' connlimit. */
export interface ConnectionCountStatement {
  readonly kind: "connectionCount";
  readonly count: bigint;
  readonly over: boolean;
  /** Which flows are counted together; null: all that reach the rule. */
  readonly groupBy: { readonly key: "source" | "destination"; readonly prefix: number } | null;
}

export interface DynamicSetStatement {
  readonly kind: "dynamicSet";
  readonly operation: "add" | "update" | "delete";
  readonly set: string;
  readonly key: Expression;
  readonly data: Expression | null;
  readonly timeoutMs: number | null;
  /** Run on the element; if one does not match the rule ends. */
  readonly statements: readonly Statement[];
}

export interface RecentStatement {
  readonly kind: "recent";
  readonly list: string;
  readonly operation: "set" | "check" | "update" | "remove";
  readonly negated: boolean;
  readonly seconds: number | null;
  readonly hitCount: number | null;
  readonly sameTtl: boolean;
  readonly by: "source" | "destination";
  readonly mask: bigint | null;
}

export interface HashLimitStatement {
  readonly kind: "hashLimit";
  readonly name: string;
  readonly keys: readonly ("source" | "destination" | "sourcePort" | "destinationPort")[];
  readonly sourcePrefix: number;
  readonly destinationPrefix: number;
  /** `above`: matches when the rate is exceeded. */
  readonly above: boolean;
  readonly rate: bigint;
  readonly periodMs: number;
  readonly burst: bigint;
  readonly unit: "packets" | "bytes";
  readonly negated: boolean;
  readonly expireMs: number | null;
}

export interface StatisticStatement {
  readonly kind: "statistic";
  readonly mode: "random" | "nth";
  readonly probability: number;
  readonly every: number;
  readonly packet: number;
  readonly negated: boolean;
}

/** iptables' string match; bytes from `from` to `to` of the network header on. */
export interface PayloadSearchStatement {
  readonly kind: "payloadSearch";
  readonly pattern: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly ignoreCase: boolean;
  readonly negated: boolean;
  readonly text: string;
}

/** iptables' u32: `start & mask >> shift @ … = ranges && …`. */
export interface U32Statement {
  readonly kind: "u32";
  readonly tests: readonly U32Test[];
  readonly negated: boolean;
  readonly text: string;
}

export interface U32Test {
  readonly start: number;
  readonly operations: readonly {
    readonly operator: "and" | "shiftLeft" | "shiftRight" | "at";
    readonly number: number;
  }[];
  readonly ranges: readonly Range[];
}

export type ObjectKind =
  | "counter"
  | "quota"
  | "limit"
  | "ctHelper"
  | "ctTimeout"
  | "ctExpectation"
  | "secmark"
  | "synproxy";

/** A stateful object of a table. `statement` is what it does where a rule refers to it. */
export interface NamedObject {
  readonly kind: ObjectKind;
  readonly name: string;
  readonly statement: Statement;
  readonly span: Span;
}
