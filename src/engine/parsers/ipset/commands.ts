import type { Range } from "../../base/range.ts";
import type { Span } from "../../base/span.ts";
import type { LineState } from "../../device/device.ts";
import type { SetElement } from "../../device/set.ts";
import type { IpsetCode } from "./codes.ts";
import { readCreate } from "./create.ts";
import { type DraftSet, entriesOf, formOf, keyOf } from "./draft.ts";
import { type EntryProblem, parseEntry } from "./entry.ts";
import { findType } from "./types.ts";

/** What the commands of one file work on. */
export interface Script {
  readonly sets: Map<string, DraftSet>;
  /** False: a line before was refused, so nothing is changed any more. */
  readonly applies: () => boolean;
  /** Sets that rules of the device name. */
  readonly inRules: ReadonlySet<string>;
  refuse(code: IpsetCode, message: string, span: Span, help: string): void;
  warn(code: IpsetCode, message: string, span: Span, help: string): void;
}

/** One line: what follows the command, without `-exist`. */
export interface Line {
  readonly words: readonly string[];
  readonly exist: boolean;
  readonly span: Span;
}

/** IPSET_MAXNAMELEN without its closing zero. */
const NAME_LETTERS = 31;

export function create(script: Script, line: Line): LineState {
  const { span, words } = line;
  const [name, typeName, ...options] = words;
  if (name === undefined || typeName === undefined) return incomplete(script, line);
  if (name.length > NAME_LETTERS) {
    script.refuse("PM3016", `\`${name}\` is too long`, span, "use at most 31 letters");
    return "notUnderstood";
  }
  const type = findType(typeName);
  if (type === null) {
    script.refuse(
      "PM3003",
      `unknown set type \`${typeName}\``,
      span,
      "use one such as `hash:ip`, `hash:net` or `hash:ip,port`",
    );
    return "notUnderstood";
  }
  const made = readCreate(type, options, span);
  if ("kind" in made) {
    script.refuse(
      "PM3004",
      `cannot read \`${made.word}\``,
      span,
      `see \`ipset help ${type.name}\``,
    );
    return "notUnderstood";
  }
  const old = script.sets.get(name);
  if (old !== undefined) {
    const equal = old.type.name === type.name && old.family === made.family;
    if (!line.exist || !equal)
      script.refuse(
        "PM3006",
        `the set \`${name}\` exists already`,
        span,
        "destroy it first, or run with `-exist`",
      );
  } else if (script.applies()) script.sets.set(name, made);
  return "modelled";
}

function incomplete(script: Script, line: Line): LineState {
  script.refuse("PM3002", "this command lacks an argument", line.span, "complete it");
  return "notUnderstood";
}

function findSet(script: Script, name: string, span: Span): DraftSet | null {
  const set = script.sets.get(name);
  if (set !== undefined) return set;
  script.refuse("PM3005", `there is no set \`${name}\``, span, `create it before this line`);
  return null;
}

export function add(script: Script, line: Line): LineState {
  const [name, entry, ...options] = line.words;
  if (name === undefined || entry === undefined) return incomplete(script, line);
  const set = findSet(script, name, line.span);
  if (set === null) return "notUnderstood";
  if (set.type.storage === "list") return addMember(script, line, set, entry, options);
  const read = readElementOptions(options);
  if (read === null) {
    script.refuse(
      "PM3004",
      `cannot read the options of \`${entry}\``,
      line.span,
      "use `timeout`, `nomatch`, `comment` and the like",
    );
    return "notUnderstood";
  }
  const keys = parseEntry(entry, formOf(set, read.wildcard));
  if (typeof keys === "string") return unreadableEntry(script, line, set, keys);
  if (!script.applies()) return "modelled";
  for (const key of keys) addKey(script, line, set, { key, ...read });
  return "modelled";
}

function unreadableEntry(
  script: Script,
  line: Line,
  set: DraftSet,
  problem: EntryProblem,
): LineState {
  const entry = line.words[1] ?? "";
  if (problem === "host" || problem === "physdev") {
    script.warn(
      "PM3014",
      `what \`${entry}\` stands for is not known here`,
      line.span,
      "take the output of `ipset save` on the device",
    );
    set.dynamic = true;
    return "opaque";
  }
  script.refuse(
    "PM3007",
    problem === "wholeFamily"
      ? `\`${entry}\` is refused in ${set.type.name}`
      : `cannot read \`${entry}\` as an element of ${set.type.name}`,
    line.span,
    problem === "wholeFamily" ? "split it into two halves" : "check it against the type of the set",
  );
  return problem === "wholeFamily" ? "modelled" : "notUnderstood";
}

interface ElementOptions {
  readonly timeoutMs: number | null;
  readonly exception: boolean;
  readonly wildcard: boolean;
}

const NO_OPTIONS: ElementOptions = { timeoutMs: null, exception: false, wildcard: false };
/** Options with a value that decides nothing. */
const RECORDS = new Set(["packets", "bytes", "comment", "skbmark", "skbprio", "skbqueue"]);

function readElementOptions(words: readonly string[]): ElementOptions | null {
  if (words.length === 0) return NO_OPTIONS;
  let { timeoutMs, exception, wildcard } = NO_OPTIONS;
  for (let at = 0; at < words.length; at++) {
    const name = (words[at] ?? "").replace(/^--?/, "");
    if (name === "timeout") {
      const value = words[++at] ?? "";
      if (!/^\d{1,10}$/.test(value)) return null;
      timeoutMs = Number(value) * 1000;
    } else if (name === "nomatch") exception = true;
    else if (name === "wildcard") wildcard = true;
    else if (RECORDS.has(name) && at + 1 < words.length) at++;
    else return null;
  }
  return { timeoutMs, exception, wildcard };
}

interface NewElement extends ElementOptions {
  readonly key: readonly Range[];
}

function addKey(script: Script, line: Line, set: DraftSet, added: NewElement): void {
  const { key, timeoutMs, exception } = added;
  const id = keyOf(key);
  const old = set.elements.get(id);
  if (old !== undefined && !line.exist) {
    script.refuse(
      "PM3008",
      `\`${line.words[1] ?? ""}\` is in the set already`,
      line.span,
      "take the line out, or run with `-exist`",
    );
    return;
  }
  const [first] = key;
  const outside =
    set.range !== null &&
    first !== undefined &&
    (first.from < set.range.from || first.to > set.range.to);
  if (outside) {
    script.refuse(
      "PM3011",
      `\`${line.words[1] ?? ""}\` is out of the range of the set`,
      line.span,
      "widen the `range` of the set",
    );
    return;
  }
  if (old === undefined) {
    set.entries += entriesOf(key, set);
    if (set.maximum !== null && set.entries > set.maximum && !set.forceAdd) {
      script.refuse(
        "PM3010",
        `the set holds at most ${set.maximum} elements`,
        line.span,
        "raise its `maxelem`",
      );
      return;
    }
  }
  const element: SetElement = {
    key,
    catchAll: false,
    data: null,
    timeoutMs,
    expiresMs: null,
    exception,
    statements: NO_STATEMENTS,
    span: line.span,
  };
  set.elements.set(id, element);
}

const NO_STATEMENTS: SetElement["statements"] = [];

function addMember(
  script: Script,
  line: Line,
  list: DraftSet,
  member: string,
  options: readonly string[],
): LineState {
  if (!script.sets.has(member)) {
    script.refuse(
      "PM3005",
      `there is no set \`${member}\` to put into the list`,
      line.span,
      "create it before this line",
    );
    return "notUnderstood";
  }
  if (list.members.includes(member)) {
    if (!line.exist)
      script.refuse("PM3008", `\`${member}\` is in the list already`, line.span, "take it out");
    return "modelled";
  }
  if (!script.applies()) return "modelled";
  const [where, other = ""] = options;
  const at = list.members.indexOf(other);
  const place = at < 0 ? list.members.length : where === "before" ? at : at + 1;
  list.members.splice(place, 0, member);
  return "modelled";
}

export function remove(script: Script, line: Line): LineState {
  const [name, entry] = line.words;
  if (name === undefined || entry === undefined) return incomplete(script, line);
  const set = findSet(script, name, line.span);
  if (set === null) return "notUnderstood";
  if (set.type.storage === "list") {
    if (!set.members.includes(entry)) noSuchElement(script, line);
    else if (script.applies()) set.members = set.members.filter((member) => member !== entry);
    return "modelled";
  }
  const keys = parseEntry(entry, formOf(set, line.words.includes("wildcard")));
  if (typeof keys === "string") return unreadableEntry(script, line, set, keys);
  if (script.applies()) for (const key of keys) removeKey(script, line, set, key);
  return "modelled";
}

function noSuchElement(script: Script, line: Line): void {
  if (line.exist) return;
  script.refuse(
    "PM3009",
    `\`${line.words[1] ?? ""}\` is not in the set`,
    line.span,
    "take the line out, or run with `-exist`",
  );
}

/** An element that is kept as a range is split where part of it goes. */
function removeKey(script: Script, line: Line, set: DraftSet, key: readonly Range[]): void {
  const id = keyOf(key);
  if (set.elements.delete(id)) {
    set.entries -= entriesOf(key, set);
    return;
  }
  const [cut] = key;
  let found = false;
  if (cut !== undefined && key.length === 1 && set.type.dimensions[0] !== "net")
    for (const [oldId, element] of [...set.elements]) {
      const [range] = element.key;
      if (range === undefined || range.to < cut.from || range.from > cut.to) continue;
      found = true;
      set.elements.delete(oldId);
      set.entries -= entriesOf(element.key, set);
      keepRest(set, element, { from: range.from, to: cut.from - 1n });
      keepRest(set, element, { from: cut.to + 1n, to: range.to });
    }
  if (!found) noSuchElement(script, line);
}

function keepRest(set: DraftSet, element: SetElement, rest: Range): void {
  if (rest.from > rest.to) return;
  const key = [rest];
  set.elements.set(keyOf(key), { ...element, key });
  set.entries += entriesOf(key, set);
}

export function flush(script: Script, line: Line): LineState {
  const [name] = line.words;
  const sets = name === undefined ? [...script.sets.values()] : [findSet(script, name, line.span)];
  for (const set of sets) {
    if (set === null) return "notUnderstood";
    if (!script.applies()) continue;
    set.elements.clear();
    set.members = [];
    set.entries = 0;
  }
  return "modelled";
}

export function destroy(script: Script, line: Line): LineState {
  const [name] = line.words;
  if (name !== undefined && findSet(script, name, line.span) === null) return "notUnderstood";
  const listed = new Set([...script.sets.values()].flatMap(({ members }) => members));
  const names = name === undefined ? [...script.sets.keys()] : [name];
  const used = names.find(
    (each) => script.inRules.has(each) || (listed.has(each) && name !== undefined),
  );
  if (used !== undefined)
    script.refuse(
      "PM3012",
      `the set \`${used}\` is in use`,
      line.span,
      "take the rules and lists that name it out first",
    );
  else if (script.applies()) for (const each of names) script.sets.delete(each);
  return "modelled";
}

export function rename(script: Script, line: Line): LineState {
  const [from, to] = line.words;
  if (from === undefined || to === undefined) return incomplete(script, line);
  const set = findSet(script, from, line.span);
  if (set === null) return "notUnderstood";
  if (script.sets.has(to) || script.inRules.has(from))
    script.refuse(
      script.sets.has(to) ? "PM3006" : "PM3012",
      script.sets.has(to) ? `the set \`${to}\` exists already` : `the set \`${from}\` is in use`,
      line.span,
      "choose another name, or swap the two",
    );
  else if (script.applies()) {
    script.sets.delete(from);
    script.sets.set(to, set);
  }
  return "modelled";
}

/** Names stay where they are, contents change places: rules see the other content at once. */
export function swap(script: Script, line: Line): LineState {
  const [one, two] = line.words;
  if (one === undefined || two === undefined) return incomplete(script, line);
  const first = findSet(script, one, line.span);
  const second = findSet(script, two, line.span);
  if (first === null || second === null) return "notUnderstood";
  if (first.type.name !== second.type.name || first.family !== second.family)
    script.refuse(
      "PM3013",
      `\`${one}\` and \`${two}\` are of different types`,
      line.span,
      "create the new set with the type and family of the old one",
    );
  else if (script.applies()) {
    script.sets.set(one, second);
    script.sets.set(two, first);
  }
  return "modelled";
}
