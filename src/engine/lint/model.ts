import type { Diagnostic } from "../base/diagnostic.ts";
import type { Chain, Device, Rule, Table } from "../device/device.ts";

/** A finding of a check; `fix` is null where none is known that changes nothing else. */
export interface LintDiagnostic extends Diagnostic {
  readonly fix: Fix | null;
}

/** Edits of the files that take a finding away; they do not overlap. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
}

/** Puts `text` in the place of what stands there; lines and columns from 1, the end is exclusive. */
export interface Edit {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly text: string;
}

/** What the checks look at. */
export interface LintInput {
  readonly device: Device;
  /** Texts by name, for fixes. */
  readonly files: ReadonlyMap<string, string>;
  /** `2026-11-30`; null: nothing is said about dates. */
  readonly today: string | null;
  /** True: rules without an owner are findings. */
  readonly asksForOwners: boolean;
  /** What is loaded at boot; null: nothing is said about it. */
  readonly boot: Device | null;
  /** Names of the device's interfaces; left out or null: nothing is said about them. */
  readonly interfaces?: ReadonlySet<string> | null;
  /** Default: that of the arena. */
  readonly nodeLimit?: number;
}

/** A rule where it stands. */
export interface PlacedRule {
  readonly rule: Rule;
  readonly table: Table;
  readonly chain: Chain;
}

/** All rules of a device, in order. */
export function placedRules({ tables }: Device): readonly PlacedRule[] {
  return tables.flatMap((table) =>
    table.chains.flatMap((chain) => chain.rules.map((rule) => ({ rule, table, chain }))),
  );
}
