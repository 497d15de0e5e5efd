import type { Device } from "../device/device.ts";
import type { Hosts, Intent } from "../intents/model.ts";
import type { Dialect } from "../parsers/detectDialect.ts";

/** In the order of preference, where all else is alike. */
export const REPAIR_KINDS = ["undo", "move", "narrow", "add"] as const;
export type RepairKind = (typeof REPAIR_KINDS)[number];

/** Lines of a file that give way to others. */
export interface RepairEdit {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The last line that goes; one less than `line`: none goes, and the text comes in front of it. */
  readonly endLine: number;
  /** Whole lines without the last line's end; null: nothing comes in their place. */
  readonly text: string | null;
  /** The lines that go; null: none. */
  readonly was: string | null;
}

/** An edit that was applied, read and judged: what it restores is proved. */
export interface Repair {
  readonly kind: RepairKind;
  /** What is done, as one says it. */
  readonly title: string;
  readonly edits: readonly RepairEdit[];
  /** The same for the tool that writes these rules; null: people do. */
  readonly command: string | null;
  /** Ids of intents that hold again. */
  readonly restores: readonly string[];
  /** Ids of intents that do not hold, as before. */
  readonly leaves: readonly string[];
  /** Ids of intents that fare worse; what has any is not proposed. */
  readonly breaks: readonly string[];
  readonly proved: true;
}

/** Files of one device, as `readDevice` takes them. */
export interface RulesetFiles {
  readonly files: ReadonlyMap<string, string>;
  readonly roots: readonly string[];
}

export interface AskedIntent {
  readonly id: string;
  readonly intent: Intent;
  readonly hosts: Hosts;
}

export interface RepairInput {
  /** What is broken, and can be edited. */
  readonly after: RulesetFiles;
  /** What it was before; null: nobody knows, and nothing can be undone. */
  readonly before: RulesetFiles | null;
  /** What both run on; null: nothing. */
  readonly onto: Device | null;
  readonly intents: readonly AskedIntent[];
  /** Whether there is time left for another candidate. */
  readonly mayGoOn: () => boolean;
}

export interface RepairAnswer {
  /** Best first. */
  readonly repairs: readonly Repair[];
  /** Candidates that nobody had time for, or that are beyond the limit. */
  readonly untried: number;
}

/** Texts that may mend something: nobody has proved it yet. */
export interface Candidate {
  readonly kind: RepairKind;
  readonly title: string;
  readonly files: ReadonlyMap<string, string>;
  readonly command: string | null;
}

/** A ruleset as it is read, with its texts. */
export interface ReadFiles {
  readonly files: ReadonlyMap<string, string>;
  readonly device: Device;
  readonly dialects: ReadonlyMap<string, Dialect>;
}
