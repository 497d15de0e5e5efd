import { commonEnds, longestCommon } from "../diff/longestCommon.ts";
import type { RepairEdit } from "./model.ts";

/** A run of lines that gives way to another one; places count from 0. */
export interface Hunk {
  readonly at: number;
  readonly gone: readonly string[];
  readonly came: readonly string[];
}

/** Pairs of lines that are compared one by one; larger edits are one hunk. */
const MAXIMUM_PAIRS = 4_000_000;

/** Smallest runs that make one text out of another (longest common subsequence of lines). */
export function hunksBetween(before: readonly string[], after: readonly string[]): readonly Hunk[] {
  const [begin, end] = commonEnds(before, after);
  const old = before.slice(begin, before.length - end);
  const now = after.slice(begin, after.length - end);
  if (old.length === 0 && now.length === 0) return [];
  if (old.length * now.length <= MAXIMUM_PAIRS) return joined(old, now, begin);
  return betweenAnchors(old, now, begin);
}

/** Large texts are cut at lines that stand once in both: what lies between them is short, as a rule. */
function betweenAnchors(
  old: readonly string[],
  now: readonly string[],
  begin: number,
): readonly Hunk[] {
  const anchors = longestCommon(onlyOnce(old), onlyOnce(now));
  const hunks: Hunk[] = [];
  let [i, j] = [0, 0];
  for (const anchor of [...old.filter((line) => anchors.has(line)), null]) {
    const [nextOld, nextNow] =
      anchor === null ? [old.length, now.length] : [old.indexOf(anchor, i), now.indexOf(anchor, j)];
    const [gone, came] = [old.slice(i, nextOld), now.slice(j, nextNow)];
    if (gone.length * came.length <= MAXIMUM_PAIRS) hunks.push(...joined(gone, came, begin + i));
    else hunks.push({ at: begin + i, gone, came });
    [i, j] = [nextOld + 1, nextNow + 1];
  }
  return hunks;
}

function onlyOnce(lines: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  for (const line of lines) seen.set(line, (seen.get(line) ?? 0) + 1);
  return lines.filter((line) => seen.get(line) === 1);
}

/** Runs between lines that both have. */
function joined(old: readonly string[], now: readonly string[], begin: number): readonly Hunk[] {
  const common = lengthsOfCommon(old, now);
  const at = (i: number, j: number) => common[i * (now.length + 1) + j] ?? 0;
  const hunks: Hunk[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    const [fromOld, fromNow] = [i, j];
    while ((i < old.length || j < now.length) && !(old[i] === now[j] && i < old.length)) {
      if (j < now.length && (i >= old.length || at(i, j + 1) >= at(i + 1, j))) j++;
      else i++;
    }
    if (i > fromOld || j > fromNow)
      hunks.push({ at: begin + fromOld, gone: old.slice(fromOld, i), came: now.slice(fromNow, j) });
    while (i < old.length && j < now.length && old[i] === now[j]) {
      i++;
      j++;
    }
  }
  return hunks;
}

/** For each pair of places the length of what the rests have in common. */
function lengthsOfCommon(old: readonly string[], now: readonly string[]): Int32Array {
  const width = now.length + 1;
  const lengths = new Int32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        old[i] === now[j]
          ? 1 + (lengths[(i + 1) * width + j + 1] ?? 0)
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
  return lengths;
}

/** The edits that make the files `to` out of the files `from`. */
export function editsBetween(
  from: ReadonlyMap<string, string>,
  to: ReadonlyMap<string, string>,
): readonly RepairEdit[] {
  return [...to].flatMap(([file, text]) => {
    const before = from.get(file) ?? "";
    if (text === before) return [];
    return hunksBetween(before.split("\n"), text.split("\n")).map(({ at, gone, came }) => ({
      file,
      line: at + 1,
      endLine: at + gone.length,
      text: came.length === 0 ? null : came.join("\n"),
      was: gone.length === 0 ? null : gone.join("\n"),
    }));
  });
}

/** The files as they are once all edits are made; places are those of the files as they are. */
export function withEdits(
  files: ReadonlyMap<string, string>,
  edits: readonly RepairEdit[],
): ReadonlyMap<string, string> {
  const changed = new Map(files);
  for (const file of new Set(edits.map((edit) => edit.file))) {
    const lines = (files.get(file) ?? "").split("\n");
    const own = edits.filter((edit) => edit.file === file).sort((a, b) => b.line - a.line);
    for (const { line, endLine, text } of own)
      lines.splice(line - 1, endLine - line + 1, ...(text === null ? [] : text.split("\n")));
    changed.set(file, lines.join("\n"));
  }
  return changed;
}

/** Lines that somebody has to touch. */
export function linesOf(edits: readonly RepairEdit[]): number {
  return edits.reduce((sum, { line, endLine, text }) => {
    const came = text === null ? 0 : text.split("\n").length;
    return sum + Math.max(endLine - line + 1, came);
  }, 0);
}
