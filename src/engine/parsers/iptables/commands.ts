import type { Span } from "../../base/span.ts";
import type { LineState, Rule } from "../../device/device.ts";
import { isPlainRule } from "../../device/plainRule.ts";
import type { Statement } from "../../device/statement.ts";
import { builtInChain } from "./builtin.ts";
import { type DraftChain, type DraftTable, makeChain } from "./draft.ts";
import { isChain, isPlaced, type RememberedLine } from "./lineMemory.ts";
import { stateOfStatements } from "./lineState.ts";
import { jumpTarget } from "./loops.ts";
import { lowerRule } from "./rule.ts";
import { lineSpan, refuse, type Script } from "./scriptState.ts";
import { TARGETS } from "./targets/index.ts";
import type { RuleWords } from "./wordReader.ts";

/** XT_EXTENSION_MAXNAMELEN without its closing zero. */
const CHAIN_NAME_LETTERS = 28;
const VERDICT_NAMES = new Set(["ACCEPT", "DROP", "QUEUE", "RETURN"]);

/** A chain line, `:NAME POLICY`. False where it cannot be understood. */
export function declareChain(
  script: Script,
  table: DraftTable,
  line: { readonly name: string; readonly policy: string; readonly span: Span },
): boolean {
  const { name, policy, span } = line;
  const builtIn = builtInChain(table.name, name, table.backend);
  if (builtIn === null) return declareUserChain(script, table, line);
  const chain = makeChain(table, name, span, script.context.registration);
  if (policy !== "-" && policy !== "ACCEPT" && policy !== "DROP") {
    refuse(
      script,
      "PM2006",
      `\`${policy}\` is no policy`,
      span,
      "the policy of a built-in chain is ACCEPT or DROP",
    );
    return false;
  }
  chain.declared = true;
  chain.span = span;
  if (policy !== "-" && chain.base !== null)
    chain.base = {
      ...chain.base,
      policy: policy === "ACCEPT" ? "accept" : "drop",
      policySpan: span,
    };
  return true;
}

function declareUserChain(
  script: Script,
  table: DraftTable,
  line: { readonly name: string; readonly policy: string; readonly span: Span },
): boolean {
  const { name, policy, span } = line;
  if (!checkChainName(script, name, span)) return false;
  if (policy !== "-" && table.backend === "legacy")
    refuse(
      script,
      "PM2006",
      `\`${name}\` is no built-in chain, so it has no policy`,
      span,
      `write \`:${name} - [0:0]\``,
    );
  const chain = table.chains.get(name);
  if (chain?.declared === true && table.backend === "legacy")
    refuse(script, "PM2007", `the chain \`${name}\` exists already`, span, "take one line out");
  /* A chain that exists is emptied. */
  const made = makeChain(table, name, span, script.context.registration);
  made.rules = [];
  made.declared = true;
  made.span = span;
  return true;
}

function checkChainName(script: Script, name: string, span: Span): boolean {
  const clashes = VERDICT_NAMES.has(name) || TARGETS.has(name);
  const bad = name.startsWith("-") || name.startsWith("!") || name.length > CHAIN_NAME_LETTERS;
  if (!clashes && !bad) return true;
  refuse(
    script,
    "PM2007",
    clashes ? `\`${name}\` is the name of a target` : `\`${name}\` cannot name a chain`,
    span,
    `choose another name, of at most ${CHAIN_NAME_LETTERS} letters`,
  );
  return false;
}

interface Line {
  readonly script: Script;
  readonly table: DraftTable;
  readonly words: RuleWords;
  readonly text: string;
  readonly span: Span;
}

/** What became of a line. */
export interface Done {
  readonly state: LineState;
  /** Where it has added rules at the end of a chain: what it says; else null. */
  readonly added: RememberedLine | null;
}

/** Runs one line of a table. */
export function runCommand(script: Script, table: DraftTable, words: RuleWords, raw: string): Done {
  const start = raw.length - raw.trimStart().length;
  const text = raw.trim();
  const span = lineSpan(script, start, start + text.length);
  const line: Line = { script, table, words, text, span };
  if (words.command === null) {
    refuse(
      script,
      "PM2015",
      "this line has no command",
      span,
      "begin it with `-A CHAIN`; a line that was wrapped belongs to the one before",
    );
    return { state: "notUnderstood", added: null };
  }
  if (words.command.letter === "A") return addRules(line, words.command.words);
  return { state: runOther(line, words.command.letter, words.command.words), added: null };
}

function runOther(line: Line, letter: string, words: readonly string[]): LineState {
  switch (letter) {
    case "I":
    case "R":
    case "D":
    case "C":
      return runRuleCommand(line, letter, words);
    case "L":
    case "S":
    case "Z":
      return "harmless";
    default:
      return runChainCommand(line, letter, words);
  }
}

/** `-A CHAIN …`: rules at its end. */
function addRules(line: Line, [name]: readonly string[]): Done {
  const { script, table, words, span } = line;
  const chain = name === undefined ? lacksChain(line, "A") : findChain(line, name);
  if (chain === null) return { state: "notUnderstood", added: null };
  const { rules, state, features } = makeRules(line, chain.name);
  if (state === "notUnderstood" && !script.context.keepRefused) return { state, added: null };
  for (const rule of rules) chain.rules.push(rule);
  const variants = rules.map(({ statements }) => statements);
  const target = words.target?.module.name ?? null;
  const added = {
    chain: chain.name,
    variants,
    comment: rules[0]?.comment ?? null,
    state,
    isPlain: rules.every((rule) => rule.isPlain === true),
    features,
    target: target === null ? null : { name: target, isChain: isChain(table, target) },
    file: span.file,
    line: span.line,
    isPlaced: isPlaced(variants),
  };
  return { state, added };
}

function lacksChain({ script, span }: Line, letter: string): null {
  refuse(script, "PM2010", `\`-${letter}\` lacks the chain`, span, "add its name");
  return null;
}

function runRuleCommand(line: Line, letter: string, words: readonly string[]): LineState {
  const { script } = line;
  const [name, number] = words;
  const chain = name === undefined ? lacksChain(line, letter) : findChain(line, name);
  if (chain === null) return "notUnderstood";
  if (letter === "D" && number !== undefined) return removeAt(line, chain, Number(number));
  const { rules, state } = makeRules(line, chain.name);
  if (state === "notUnderstood" && !script.context.keepRefused) return state;
  switch (letter) {
    case "I":
      insertRules(line, chain, rules, Number(number ?? 1));
      break;
    case "R":
      replaceRule(line, chain, rules, Number(number ?? 0));
      break;
    default:
      for (const rule of rules) removeEqual(line, chain, rule, letter === "D");
  }
  return state;
}

/** The chain of a command; iptables-nft makes built-in ones on the way. */
function findChain(line: Line, name: string): DraftChain | null {
  const { script, table, span } = line;
  const found = table.chains.get(name);
  if (found !== undefined) return found;
  if (builtInChain(table.name, name, table.backend) !== null)
    return makeChain(table, name, span, script.context.registration);
  refuse(
    script,
    "PM2008",
    `there is no chain \`${name}\` in the table ${table.name}`,
    line.words.command?.span ?? span,
    `declare it before its first use: \`:${name} - [0:0]\``,
  );
  return null;
}

function makeRules(
  line: Line,
  chain: string,
): {
  readonly rules: readonly Rule[];
  readonly state: LineState;
  readonly features: readonly string[];
} {
  const { script, table, words, text, span } = line;
  const { context } = script;
  const lowered = lowerRule(words, {
    family: context.family,
    backend: context.backend,
    table: table.name,
    chain,
    span,
    ipsets: context.ipsets,
    report: context.report,
    isChain: (name) => isChain(table, name),
    refused: () => {
      script.stopped = true;
      table.refused = true;
    },
  });
  const features = [...new Set(lowered.opaqueFeatures)];
  for (const feature of features) context.countFeature(feature);
  const [first = []] = lowered.variants;
  const state = stateOfStatements(first);
  const rules = lowered.variants.map(
    (statements): Rule => ({
      statements,
      text,
      span,
      comment: lowered.comment,
      state,
      ...(isPlainRule(statements) && { isPlain: true }),
    }),
  );
  return { rules, state, features };
}

/** Several rules of one line are inserted one after the other at the same place (measured). */
function insertRules(line: Line, chain: DraftChain, rules: readonly Rule[], place: number): void {
  if (place < 1 || place > chain.rules.length + 1) {
    refuse(
      line.script,
      "PM2022",
      `\`${chain.name}\` has ${chain.rules.length} rules, so none can stand at ${place}`,
      line.span,
      "count again, or append with `-A`",
    );
    return;
  }
  for (const rule of rules) chain.rules.splice(place - 1, 0, rule);
}

function replaceRule(line: Line, chain: DraftChain, rules: readonly Rule[], place: number): void {
  const [rule] = rules;
  if (rule === undefined || place < 1 || place > chain.rules.length) noSuchRule(line, chain);
  else chain.rules[place - 1] = rule;
}

function removeAt(line: Line, chain: DraftChain, place: number): LineState {
  if (place < 1 || place > chain.rules.length) noSuchRule(line, chain);
  else chain.rules.splice(place - 1, 1);
  return "modelled";
}

function removeEqual(line: Line, chain: DraftChain, rule: Rule, remove: boolean): void {
  const wanted = ruleKey(rule);
  const index = chain.rules.findIndex((candidate) => ruleKey(candidate) === wanted);
  if (index < 0) noSuchRule(line, chain);
  else if (remove) chain.rules.splice(index, 1);
}

function noSuchRule(line: Line, chain: DraftChain): void {
  refuse(
    line.script,
    "PM2022",
    `\`${chain.name}\` has no such rule`,
    line.span,
    "iptables-restore stops here; take the line out",
  );
}

/** Keys of rules that were compared before: a file may delete many. */
const ruleKeys = new WeakMap<Rule, string>();

/** Two rules with the same key do the same; places and comments aside. */
function ruleKey(rule: Rule): string {
  const known = ruleKeys.get(rule);
  if (known !== undefined) return known;
  const made = JSON.stringify([rule.statements, rule.comment], (key, value: unknown) =>
    key === "span" ? undefined : typeof value === "bigint" ? `${value}n` : value,
  );
  ruleKeys.set(rule, made);
  return made;
}

function runChainCommand(line: Line, letter: string, words: readonly string[]): LineState {
  const { script, table, span } = line;
  const [name, argument] = words;
  switch (letter) {
    case "F":
      return flush(line, name);
    case "X":
      return deleteChains(line, name);
    case "P":
      if (name === undefined || argument === undefined) break;
      return setPolicy(line, name, argument);
    case "N":
      if (name === undefined) break;
      return newChain(line, name);
    case "E":
      if (name === undefined || argument === undefined) break;
      return renameChain(line, name, argument);
  }
  refuse(script, "PM2010", `\`-${letter}\` lacks an argument`, span, "add it");
  table.refused = true;
  return "notUnderstood";
}

function flush(line: Line, name: string | undefined): LineState {
  if (name === undefined) {
    for (const chain of line.table.chains.values()) chain.rules = [];
    return "modelled";
  }
  const chain = findChain(line, name);
  if (chain === null) return "notUnderstood";
  chain.rules = [];
  return "modelled";
}

function deleteChains(line: Line, name: string | undefined): LineState {
  const { table, script, span } = line;
  const user = [...table.chains.values()].filter(({ base }) => base === null);
  const wanted = name === undefined ? user : user.filter((chain) => chain.name === name);
  if (name !== undefined && wanted.length === 0) {
    refuse(script, "PM2008", `no user chain \`${name}\``, span, "take the line out");
    return "notUnderstood";
  }
  for (const chain of wanted) {
    const used = isUsed(table, chain.name);
    if (used || (name !== undefined && chain.rules.length > 0 && table.backend === "legacy"))
      refuse(
        script,
        "PM2007",
        `the chain \`${chain.name}\` is in use`,
        span,
        "flush it, and take the jumps to it out first",
      );
    else table.chains.delete(chain.name);
  }
  return "modelled";
}

function isUsed(table: DraftTable, name: string): boolean {
  return [...table.chains.values()].some((chain) =>
    chain.rules.some((rule) => rule.statements.some((s) => jumpTarget(s) === name)),
  );
}

function setPolicy(line: Line, name: string, policy: string): LineState {
  const { table, script, span } = line;
  if (builtInChain(table.name, name, table.backend) === null) {
    refuse(script, "PM2008", `\`${name}\` has no policy`, span, "only built-in chains have one");
    return "notUnderstood";
  }
  return declareChain(script, table, { name, policy, span }) ? "modelled" : "notUnderstood";
}

function newChain(line: Line, name: string): LineState {
  const { table, script, span } = line;
  if (!checkChainName(script, name, span)) return "notUnderstood";
  if (table.chains.has(name))
    refuse(script, "PM2007", `the chain \`${name}\` exists already`, span, "take the line out");
  else makeChain(table, name, span, script.context.registration).declared = true;
  return "modelled";
}

function renameChain(line: Line, from: string, to: string): LineState {
  const { table, script, span } = line;
  const chain = table.chains.get(from);
  if (chain === undefined || chain.base !== null || table.chains.has(to)) {
    refuse(script, "PM2008", `\`${from}\` cannot become \`${to}\``, span, "take the line out");
    return "notUnderstood";
  }
  table.chains.delete(from);
  table.chains.set(to, { ...chain, name: to });
  for (const other of table.chains.values())
    other.rules = other.rules.map((rule) => ({
      ...rule,
      statements: rule.statements.map((statement) => renameJump(statement, from, to)),
    }));
  return "modelled";
}

function renameJump(statement: Statement, from: string, to: string): Statement {
  if (statement.kind !== "verdict" || jumpTarget(statement) !== from) return statement;
  const { verdict } = statement;
  return verdict.kind === "jump" || verdict.kind === "goto"
    ? { kind: "verdict", verdict: { ...verdict, chain: to } }
    : statement;
}
