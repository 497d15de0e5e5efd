import type { Chance } from "../../../lab/chance.ts";
import { seededRandom } from "../../../src/engine/bdd/index.ts";
import { EDITS } from "../edits.ts";
import { type Line, type LinedRuleset, type Loaded, loadLines } from "./lines.ts";

/** Edits of one ruleset at most. */
const MAXIMUM_EDITS = 5;

/** Both sides of one to five edits of a ruleset at random; null: it does not load. */
export function editedSides(
  ruleset: (chance: Chance) => LinedRuleset,
  chance: Chance,
): readonly [before: Loaded, after: Loaded] | null {
  const { lines, ruleFor } = ruleset(chance);
  const before = loadLines(lines);
  if (before === null) return null;
  const count = 1 + chance.below(MAXIMUM_EDITS);
  let after = before;
  for (let i = 0; i < count; i++) {
    const edit = chance.pick(LINE_EDITS);
    const edited = edit(after.lines, chance, ruleFor);
    after = (edited === null ? null : loadLines(edited)) ?? after;
  }
  return [before, after];
}

/** Null: there is nothing to edit this way. */
type LineEdit = (
  lines: readonly Line[],
  chance: Chance,
  ruleFor: LinedRuleset["ruleFor"],
) => readonly Line[] | null;

/** The first ones are what people do most. */
const LINE_EDITS: readonly [LineEdit, ...LineEdit[]] = [
  insertRule,
  insertRule,
  insertRule,
  deleteRule,
  deleteRule,
  moveRule,
  moveRule,
  copyRule,
  replaceRule,
  shadowRule,
  changeWord,
  changeWord,
  renameChain,
  renameSet,
  changeElement,
];

function insertRule(...[lines, chance, ruleFor]: Parameters<LineEdit>): readonly Line[] | null {
  return atRule(lines, chance, (at, chain) =>
    lines.toSpliced(at + chance.below(2), 0, { text: ruleFor(chain, chance), chain }),
  );
}

function deleteRule(...[lines, chance]: Parameters<LineEdit>): readonly Line[] | null {
  return atRule(lines, chance, (at) => lines.toSpliced(at, 1));
}

/** Within its chain; now and then to another one. */
function moveRule(...[lines, chance]: Parameters<LineEdit>): readonly Line[] | null {
  return atRule(lines, chance, (from, chain) => {
    const [moved, ...rest] = [lines[from], ...lines.toSpliced(from, 1)];
    if (moved === undefined) return null;
    const isFree = chance.once(4);
    const places = rest.flatMap((line, i) =>
      line.chain !== null && (isFree || line.chain === chain) ? [i] : [],
    );
    const to = chance.pick(places);
    if (to === undefined) return null;
    const target = rest[to]?.chain ?? chain;
    return rest.toSpliced(to + chance.below(2), 0, {
      text: inChain(moved.text, target),
      chain: target,
    });
  });
}

function copyRule(...[lines, chance]: Parameters<LineEdit>): readonly Line[] | null {
  return atRule(lines, chance, (from, chain) => {
    const places = lines.flatMap((line, i) => (line.chain === chain ? [i] : []));
    const to = chance.pick(places);
    const copy = lines[from];
    return to === undefined || copy === undefined ? null : lines.toSpliced(to, 0, copy);
  });
}

function replaceRule(...[lines, chance, ruleFor]: Parameters<LineEdit>): readonly Line[] | null {
  return atRule(lines, chance, (at, chain) =>
    lines.toSpliced(at, 1, { text: ruleFor(chain, chance), chain }),
  );
}

/** In front of a rule the same one with another verdict. */
function shadowRule(...[lines, chance]: Parameters<LineEdit>): readonly Line[] | null {
  return atRule(lines, chance, (at, chain) => {
    const text = lines[at]?.text ?? "";
    const other = text.replace(/(accept|drop|return|continue|ACCEPT|DROP|RETURN)$/, (word) =>
      /^[a-z]/.test(word)
        ? word === "drop"
          ? "accept"
          : "drop"
        : word === "DROP"
          ? "ACCEPT"
          : "DROP",
    );
    return other === text ? null : lines.toSpliced(at, 0, { text: other, chain });
  });
}

/** A port, an address, a verdict or whatever else the edits of texts change. */
function changeWord(...[lines, chance]: Parameters<LineEdit>): readonly Line[] | null {
  const edit = chance.pick(WORD_EDITS);
  return atRule(lines, chance, (at, chain) => {
    const text = edit(lines[at]?.text ?? "", seededRandom(chance.below(1e9)));
    return text === null ? null : lines.toSpliced(at, 1, { text, chain });
  });
}

const WORD_EDITS = [
  EDITS["port"],
  EDITS["address"],
  EDITS["mask"],
  EDITS["interface"],
  EDITS["verdict"],
  EDITS["state"],
  EDITS["mark"],
  EDITS["rate"],
  EDITS["translation"],
  EDITS["negate"],
  EDITS["positive"],
  EDITS["element"],
  EDITS["target"],
].filter((edit) => edit !== undefined) as [(typeof EDITS)[string], ...(typeof EDITS)[string][]];

function renameChain(...[lines]: Parameters<LineEdit>): readonly Line[] | null {
  return renamed(
    lines,
    /\b(chain|jump|goto) two\b/g,
    "$1 second",
    /(:|-A |-j |-g )two\b/g,
    "$1second",
  );
}

function renameSet(...[lines]: Parameters<LineEdit>): readonly Line[] | null {
  return renamed(lines, /\bset hosts\b/g, "set machines", /@hosts\b/g, "@machines");
}

function renamed(
  lines: readonly Line[],
  ...[first, to, second, other]: readonly [RegExp, string, RegExp, string]
): readonly Line[] | null {
  const next = lines.map((line) => ({
    ...line,
    text: line.text.replace(first, to).replace(second, other),
  }));
  return next.some(({ text }, i) => text !== lines[i]?.text) ? next : null;
}

/** The first element of a set in a block of its own goes, or a policy turns. */
function changeElement(...[lines, chance]: Parameters<LineEdit>): readonly Line[] | null {
  const places = lines.flatMap(({ text, chain }, i) =>
    chain === null && /elements = \{[^}]*,|policy (drop|accept)/.test(text) ? [i] : [],
  );
  const at = chance.pick(places);
  const line = at === undefined ? undefined : lines[at];
  if (at === undefined || line === undefined) return null;
  const text = line.text
    .replace(/(?<=elements = \{)[^,}]*,/, "")
    .replace(/(?<=policy )\w+/, (word) => (word === "drop" ? "accept" : "drop"));
  return lines.toSpliced(at, 1, { text, chain: null });
}

function atRule(
  lines: readonly Line[],
  chance: Chance,
  edit: (at: number, chain: string) => readonly Line[] | null,
): readonly Line[] | null {
  const at = chance.pick(lines.flatMap(({ chain }, i) => (chain === null ? [] : [i])));
  const chain = at === undefined ? null : (lines[at]?.chain ?? null);
  return at === undefined || chain === null ? null : edit(at, chain);
}

/** iptables names the chain in each rule. */
function inChain(text: string, chain: string): string {
  return text.replace(/^-A \S+/, `-A ${chain.split(" ").at(-1)}`);
}
