import { type Hunk, hunksBetween } from "./lines.ts";
import type { Candidate, RulesetFiles } from "./model.ts";

/** Each change alone back to what it was, then all changes of a file, in the texts as they are now. */
export function undoCandidates(after: RulesetFiles, before: RulesetFiles): readonly Candidate[] {
  return pairsOf(after, before).flatMap(({ file, old }) => {
    const now = (after.files.get(file) ?? "").split("\n");
    const hunks = hunksBetween(now, old.split("\n"));
    const steps = hunks.flatMap((hunk) => [...singles(hunk), hunk]);
    const alone = steps.filter(isMeant).map((hunk): Candidate => {
      const lines = [...now];
      lines.splice(hunk.at, hunk.gone.length, ...hunk.came);
      const files = new Map(after.files).set(file, lines.join("\n"));
      return { kind: "undo", title: titleOf(hunk, file), files, command: null };
    });
    if (hunks.length < 2) return alone;
    const files = new Map(after.files).set(file, old);
    const title = `put all changes of \`${file}\` back`;
    return [...alone, { kind: "undo", title, files, command: null }];
  });
}

/** Files by their name, else by their place; what runs on a state has nothing before it. */
function pairsOf(after: RulesetFiles, before: RulesetFiles) {
  const isAlike = after.roots.length === before.roots.length;
  const byRoot = after.roots.map((file, place) => {
    const other = isAlike ? before.roots[place] : undefined;
    return { file, old: before.files.get(file) ?? before.files.get(other ?? "") ?? "" };
  });
  const included = [...after.files.keys()].filter((file) => !after.roots.includes(file));
  return [
    ...byRoot,
    ...included.flatMap((file) => {
      const old = before.files.get(file);
      return old === undefined ? [] : [{ file, old }];
    }),
  ];
}

/** Each line of a run alone: one rule of several may be enough. */
function singles({ at, gone, came }: Hunk): readonly Hunk[] {
  if (gone.length === came.length && gone.length > 1)
    return gone.map((line, i) => ({ at: at + i, gone: [line], came: came.slice(i, i + 1) }));
  if (gone.length + came.length < 2 || (gone.length === 1 && came.length === 1)) return [];
  return [
    ...gone.map((line, i) => ({ at: at + i, gone: [line], came: [] })),
    ...came.map((line) => ({ at: at + gone.length, gone: [], came: [line] })),
  ];
}

/** Comments and blank lines mend nothing. */
function isMeant({ gone, came }: Hunk): boolean {
  return [...gone, ...came].some((line) => /^\s*[^\s#]/.test(line));
}

function titleOf({ at, gone, came }: Hunk, file: string): string {
  const [first, last] = [wordsOf(gone), wordsOf(came)];
  const place = `${file}:${at + 1}`;
  if (gone.length === 0) return `put ${last} back at ${place}`;
  if (came.length === 0) return `take ${first} out at ${place}`;
  return `put ${place} back to ${last}`;
}

function wordsOf(lines: readonly string[]): string {
  const [only = ""] = lines;
  return lines.length === 1 ? `\`${only.trim()}\`` : `${lines.length} lines`;
}
