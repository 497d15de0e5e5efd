import type { ParseInput, ParseResult } from "../../device/device.ts";
import { clampsToRoute } from "../segmentSize.ts";
import { emptyBatch } from "./batch.ts";
import { type DefinitionScope, refuseForeignBlanks } from "./include.ts";
import { Lexer } from "./lexer.ts";
import { countCoverage } from "./lineStates.ts";
import { meterSets } from "./meters.ts";
import { settleSets } from "./ownElements.ts";
import { Reader } from "./reader.ts";
import { opaqueFeature } from "./rule.ts";
import type { RuleMemory } from "./ruleMemory.ts";
import { copyRuleset, freeze, type Ruleset, thaw } from "./ruleset.ts";
import { runScript } from "./script.ts";
import { refuse, type ScriptState } from "./state.ts";
import { validate } from "./validate.ts";
import { Variables } from "./variables.ts";

/** Text of a file at most: larger ones are refused, not cut. */
export const MAXIMUM_FILE_CHARACTERS = 256 * 1024 * 1024;

export { RuleMemory } from "./ruleMemory.ts";

/** Scripts, and what may stand in them. */
interface NftInput extends ParseInput {
  /** Names may be words of nft's own, as in JSON. */
  readonly anyNames?: boolean;
}

/** Runs nft scripts in order. Each file is one transaction, as with `nft -f`. Rules in `memory` are not read again. */
export function parseNft(input: NftInput, memory: RuleMemory | null = null): ParseResult {
  const state = newState(input, memory);
  const refused: string[] = [];
  const read = new Map<string, string>();
  for (const root of input.roots) {
    const before = copyRuleset(state.ruleset);
    state.refused = false;
    runRoot(root, state, read);
    if (!state.refused) continue;
    refused.push(root);
    if (!input.keepRefused) state.ruleset = before;
  }
  return {
    device: freeze(state.ruleset),
    diagnostics: state.diagnostics,
    coverage: countCoverage(state, read),
    opaqueFeatures: countOpaque(state.ruleset, read),
    refused,
  };
}

function newState(input: NftInput, memory: RuleMemory | null): ScriptState {
  return {
    ruleset: thaw(input.onto),
    files: input.files,
    anyNames: input.anyNames ?? false,
    variables: new Variables(),
    diagnostics: [],
    refused: false,
    incomplete: false,
    batch: emptyBatch(),
    newChains: new WeakSet(),
    declarations: new Map(),
    searched: 0,
    parts: 0,
    told: new WeakSet(),
    memory,
    currentTable: null,
    meters: new Map(),
    madeHere: new Set(),
    indexes: new WeakMap(),
    deletions: new WeakMap(),
    lines: new Map(),
    kept: { rules: 0, elements: 0 },
    problems: 0,
    givenUp: new Map(),
    opaque: [],
  };
}

function runRoot(root: string, state: ScriptState, read: Map<string, string>): void {
  const text = state.files.get(root);
  if (text === undefined) {
    refuse(state, "PM1004", `no file \`${root}\``, null, "check its name");
    return;
  }
  if (text.length > MAXIMUM_FILE_CHARACTERS) {
    refuse(
      state,
      "PM1003",
      `\`${root}\` is longer than ${MAXIMUM_FILE_CHARACTERS} characters`,
      null,
      "split the file",
    );
    return;
  }
  const scope: DefinitionScope = { open: [root], included: 0, read };
  read.set(root, text);
  /* Each file is a run of nft: variables of the one before are gone. */
  state.variables.clear();
  state.madeHere.clear();
  state.newChains = new WeakSet();
  state.searched = 0;
  for (const table of state.ruleset.tables.values()) table.settled = table.handles;
  state.problems = 0;
  Object.assign(state.kept, { rules: 0, elements: 0 });
  state.indexes = new WeakMap();
  state.deletions = new WeakMap();
  const lexer = new Lexer(root, text);
  const reader = new Reader(lexer, (name) => state.variables.get(name));
  runScript(reader, state, scope);
  refuseForeignBlanks(state, lexer);
  settleSets(state, state.ruleset.tables.values());
  meterSets(state);
  validate(state);
}

/** Rules of the files read for each feature that is only a name. */
function countOpaque(
  ruleset: Ruleset,
  read: ReadonlyMap<string, string>,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const table of ruleset.tables.values()) {
    for (const chain of table.chains.values()) {
      for (const { rule } of chain.rules) {
        if (rule.state !== "opaque" || !read.has(rule.span.file)) continue;
        const features = rule.statements.flatMap((statement) => opaqueFeature(statement) ?? []);
        const isClamp = rule.statements.some(clampsToRoute);
        const hook = chain.base === null ? "" : ` hook ${chain.base.hook}`;
        const unnamed = isClamp ? "rt mtu" : `family ${table.family}${hook}`;
        for (const feature of features.length === 0 ? [unnamed] : new Set(features))
          counts.set(feature, (counts.get(feature) ?? 0) + 1);
      }
    }
  }
  return counts;
}
