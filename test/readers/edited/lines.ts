import type { Chance } from "../../../lab/chance.ts";
import type { Device } from "../../../src/engine/device/device.ts";
import { readDevice } from "../../../src/engine/parsers/readDevice.ts";

/* Rulesets as lines, so that edits can take one rule and put another where it may stand. */

export interface Line {
  readonly text: string;
  /** The chain of the rule that stands there; null: the line is no rule. */
  readonly chain: string | null;
}

/** A ruleset at random, and where its further rules come from. */
export interface LinedRuleset {
  readonly lines: readonly Line[];
  readonly ruleFor: (chain: string, chance: Chance) => string;
}

/** What nft or iptables takes of a ruleset, with the lines that are left. */
export interface Loaded {
  readonly lines: readonly Line[];
  readonly device: Device;
}

/** How often refused rules are taken out before a ruleset is given up. */
const ATTEMPTS = 8;

/** Loads lines without the rules that are refused; null: something else is. */
export function loadLines(lines: readonly Line[]): Loaded | null {
  let left = lines;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const files = new Map([["rules", textOf(left)]]);
    const { device, refused, diagnostics } = readDevice({ files, roots: ["rules"] });
    if (refused.length === 0) return { lines: left, device };
    const bad = new Set(
      diagnostics
        .filter(({ severity }) => severity === "error")
        .map(({ span }) => (span?.line ?? 0) - 1),
    );
    const kept = left.filter(({ chain }, i) => chain === null || !bad.has(i));
    if (kept.length === left.length) return null;
    left = kept;
  }
  return null;
}

export function textOf(lines: readonly Line[]): string {
  return lines.map(({ text }) => `${text}\n`).join("");
}
