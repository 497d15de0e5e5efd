import type { Diagnostic } from "../base/diagnostic.ts";
import type { Span } from "../base/span.ts";
import type { NamedSet } from "./set.ts";
import type { NamedObject, Statement } from "./statement.ts";

export type TableFamily = "ip" | "ip6" | "inet" | "arp" | "bridge" | "netdev";
export type Hook =
  | "ingress"
  | "prerouting"
  | "input"
  | "forward"
  | "output"
  | "postrouting"
  | "egress";
export type ChainType = "filter" | "nat" | "route";

/** Who made the table: it decides how a listing is read, and how xtables matches behave. */
export type TableOrigin = "nft" | "iptables-nft" | "iptables-legacy";

/** The configuration of one network namespace, in vendor-neutral words. */
export interface Device {
  readonly tables: readonly Table[];
  /** ipsets by name. */
  readonly ipsets: ReadonlyMap<string, NamedSet>;
}

export interface Table {
  readonly family: TableFamily;
  readonly name: string;
  readonly origin: TableOrigin;
  readonly dormant: boolean;
  /** In the order declared. */
  readonly chains: readonly Chain[];
  readonly sets: readonly NamedSet[];
  readonly objects: readonly NamedObject[];
  readonly flowtables: readonly Flowtable[];
  readonly comment?: string;
  readonly span: Span;
}

export interface Chain {
  readonly name: string;
  /** Null: reached by jump and goto only. */
  readonly base: BaseChain | null;
  readonly rules: readonly Rule[];
  readonly comment?: string;
  readonly span: Span;
}

export interface BaseChain {
  readonly type: ChainType;
  readonly hook: Hook;
  readonly priority: number;
  readonly policy: "accept" | "drop";
  /** For netdev and ingress; empty otherwise. */
  readonly devices: readonly string[];
  /**
   * Place in the order of registration, counted over the whole device. Of two base chains of equal
   * priority the one registered last runs first (measured).
   */
  readonly registered: number;
  readonly policySpan: Span;
}

export interface Rule {
  readonly statements: readonly Statement[];
  /** As written, without the line's indentation, comments kept. */
  readonly text: string;
  readonly span: Span;
  readonly comment: string | null;
  readonly state: LineState;
  /**
   * True: it asks for addresses, ports and interfaces by single ranges, and accepts, drops or returns; beside that it
   * counts at most. Who looks at all of 100,000 rules for something else passes these over. Left out: nobody has looked.
   */
  readonly isPlain?: true;
}

export interface Flowtable {
  readonly name: string;
  readonly devices: readonly string[];
  readonly span: Span;
}

/** Every line of a configuration is in exactly one state. */
export type LineState = "modelled" | "harmless" | "opaque" | "notUnderstood";

/** Lines with content (not blank, not only a comment), by state; `lines` is their sum. */
export interface Coverage {
  readonly lines: number;
  readonly modelled: number;
  readonly harmless: number;
  readonly opaque: number;
  readonly notUnderstood: number;
}

/** What every parser returns: parsing never fails. */
export interface ParseResult {
  /** As the kernel would hold it after the scripts; a refused file changed nothing. */
  readonly device: Device;
  readonly diagnostics: readonly Diagnostic[];
  readonly coverage: Coverage;
  /** Features that are only names, each with the number of lines: for `docs/coverage.md`. */
  readonly opaqueFeatures: ReadonlyMap<string, number>;
  /** Files that the kernel's own tools would refuse as a whole (each has its error diagnostic). */
  readonly refused: readonly string[];
}

/** What every parser is given. */
export interface ParseInput {
  /** Texts by name, includes too; the engine itself opens no file. */
  readonly files: ReadonlyMap<string, string>;
  /** Names of the scripts to run, in order. */
  readonly roots: readonly string[];
  /** The state that the scripts run on; null: an empty ruleset. */
  readonly onto: Device | null;
  /** True: a refused file is applied as far as it was understood (lint, coverage). */
  readonly keepRefused: boolean;
}
