/** Edits around the rule that decides: what may mend one broken intent. Nobody has proved them yet. */
import type { Chain, Rule } from "../device/device.ts";
import type { FlowPattern, IntentAnswer, IntentExample } from "../intents/model.ts";
import { iptablesMatches, nftMatches } from "./flowWords.ts";
import type { AskedIntent, Candidate, ReadFiles } from "./model.ts";
import { narrowed } from "./narrow.ts";
import { ownerCommand } from "./owner.ts";
import {
  bodyOf,
  type Site,
  siteOfEnd,
  siteOfRule,
  withBodies,
  withoutRule,
  withRules,
} from "./site.ts";

/** Places that a rule is moved to, for one broken intent. */
const MAXIMUM_MOVES = 12;

/** Rules that accept, or call others that may. */
const ACCEPTS = /\baccept\b|-[jg] ACCEPT\b/;

export function remediesFor(
  read: ReadFiles,
  { intent }: AskedIntent,
  { example }: IntentAnswer,
): readonly Candidate[] {
  const site = decidingSite(read, example);
  if (site === null || example === null) return [];
  const { rule } = site;
  if (rule === null || intent.kind === "blocked") return [];
  const patterns = patternsAt(intent.flows, site);
  return [...moves(read, site, rule), ...narrows(read, site, rule, patterns, example)];
}

/** Where the rule or the policy stands that decides; null: in no file that can be edited. */
export function decidingSite(read: ReadFiles, example: IntentExample | null): Site | null {
  const by = example?.by ?? null;
  if (by === null || by.kind === "kernel") return null;
  return by.kind === "rule" ? siteOfRule(read, by.rule) : siteOfEnd(read, by.table, by.chain);
}

/** Flows that come along the hook of the chain; chains that are called may serve any. */
function patternsAt(flows: readonly FlowPattern[], { chain }: Site): readonly FlowPattern[] {
  const own = flows.filter(({ path }) => path === chain.base?.hook);
  return own.length === 0 ? flows : own;
}

function withText(read: ReadFiles, file: string, text: string): ReadonlyMap<string, string> {
  return new Map(read.files).set(file, text);
}

/** The drop behind each rule that accepts, and each such rule in front of the drop. */
function moves(read: ReadFiles, site: Site, rule: Rule): readonly Candidate[] {
  const { chain, file } = site;
  const text = read.files.get(file) ?? "";
  const later = rulesBehind(chain, rule).filter(
    (one) => one.span.file === file && ACCEPTS.test(one.text),
  );
  const body = bodyOf(site, rule);
  return later.slice(0, MAXIMUM_MOVES).flatMap((accept): readonly Candidate[] => {
    const next = rulesBehind(chain, accept)[0] ?? null;
    /* The rule further down is moved first: lines above it keep their places. */
    const down = withRules(text, { ...site, rule: next }, [body]);
    const isAbove = accept.span.line > rule.span.line;
    if (!isAbove) return [];
    const behind = withoutRule(down, site, rule);
    const without = withoutRule(text, site, accept);
    const inFront = withRules(without, site, [bodyOf(site, accept)]);
    const [drop, other] = [placeOf(rule), placeOf(accept)];
    return [
      {
        kind: "move",
        title: `move ${drop} behind the rule that accepts at ${other}`,
        files: withText(read, file, behind),
        command: null,
      },
      {
        kind: "move",
        title: `move the rule that accepts at ${other} in front of ${drop}`,
        files: withText(read, file, inFront),
        command: null,
      },
    ];
  });
}

function placeOf({ span }: Rule): string {
  return `${span.file}:${span.line}`;
}

function rulesBehind({ rules }: Chain, rule: Rule): readonly Rule[] {
  return rules.slice(rules.indexOf(rule) + 1);
}

function narrows(
  read: ReadFiles,
  site: Site,
  rule: Rule,
  patterns: readonly FlowPattern[],
  { part }: IntentExample,
): readonly Candidate[] {
  const text = read.files.get(site.file) ?? "";
  const [pattern] = patterns;
  if (pattern === undefined || patterns.length > 1) return [];
  return narrowed(site, bodyOf(site, rule), pattern, part).flatMap(({ what, bodies }) => {
    const changed = withBodies(text, site, rule, bodies);
    if (changed === null) return [];
    return [
      {
        kind: "narrow" as const,
        title: `leave ${what} out of ${placeOf(rule)}`,
        files: withText(read, site.file, changed),
        command: null,
      },
    ];
  });
}

/** The texts with the rule that is missing where the example is decided; null: there are no words for it. */
export function withMissing(
  read: ReadFiles,
  { intent }: AskedIntent,
  { example }: IntentAnswer,
): Candidate | null {
  const site = decidingSite(read, example);
  if (site === null || example === null) return null;
  const patterns = patternsAt(intent.flows, site);
  const bodies = missingBodies(site, patterns, example, intent.kind);
  if (bodies === null) return null;
  const [first] = patterns;
  const files = withText(read, site.file, withRules(read.files.get(site.file) ?? "", site, bodies));
  const isOpening = intent.kind === "reachable";
  const command =
    first === undefined || !isOpening ? null : ownerCommand(site, first, example.packet);
  return { kind: "add", title: addTitle(site, example, isOpening), files, command };
}

function addTitle({ rule, chain }: Site, { part }: IntentExample, isOpening: boolean): string {
  const what = part === "first" ? "exactly this flow" : "replies of known connections";
  const place = rule === null ? `at the end of \`${chain.name}\`` : `in front of ${placeOf(rule)}`;
  return `${isOpening ? "accept" : "drop"} ${what} ${place}`;
}

function missingBodies(
  { language, table }: Site,
  patterns: readonly FlowPattern[],
  { part }: IntentExample,
  kind: "reachable" | "blocked",
): readonly string[] | null {
  const isNft = language === "nft";
  if (part !== "first")
    return isNft
      ? ["ct state established,related accept"]
      : ["-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"];
  const verdict = kind === "reachable" ? "accept" : "drop";
  const matches = patterns.map((pattern) =>
    isNft ? nftMatches(pattern, table.family) : iptablesMatches(pattern, table.family),
  );
  const known = matches.flatMap((own) => own ?? []);
  if (known.length === 0) return null;
  const ending = isNft ? verdict : `-j ${verdict.toUpperCase()}`;
  return known.map((match) => `${match} ${ending}`);
}
