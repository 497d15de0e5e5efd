import { inRanges, type Range } from "../base/range.ts";
import { formatRange, wildcardOf } from "../packet/selectors/formatRange.ts";
import type { Field } from "./fields.ts";
import { listed, valuesOf } from "./words.ts";

/*
 * Names of interfaces are asked for one by one or by their beginning, so what rules tell apart are stems within
 * stems: `"wan*"` is what begins so and is not asked for more narrowly.
 */

/** Classes of interfaces by the stems that they are what is left of; or those that are not among them. */
export function interfaceWords(
  ranges: readonly Range[],
  { atoms }: Field,
  possible: readonly Range[],
): string {
  if (atoms === null) return "";
  const stems = atoms.atoms.classes.map(stemOf);
  const isInside = new Set(valuesOf(ranges));
  const isPossible = (number: number) => inRanges(possible, BigInt(number));
  const rest = stems.indexOf(null);
  if (rest < 0 || !isInside.has(rest))
    return listed(nested(stems, (number) => isInside.has(number), isPossible, "but not"));
  const left = nested(
    stems,
    (number) => number !== rest && !isInside.has(number) && isPossible(number),
    isPossible,
    "but",
  );
  return left.join() === `"lo"` ? "any but lo" : `not ${listed(left)}`;
}

/** The name or the beginning of names from which a class is cut; null: what no rule asks for. */
function stemOf(pieces: readonly Range[]): Range | null {
  const [first, last] = [pieces[0], pieces.at(-1)];
  if (first === undefined || last === undefined || first.from === 0n) return null;
  return wildcardOf({ from: first.from, to: last.to });
}

/** Stems whose class is meant, each with the narrower ones in it that are not; stems in what is named already go with it. */
function nested(
  stems: readonly (Range | null)[],
  isMeant: (number: number) => boolean,
  isPossible: (number: number) => boolean,
  except: string,
): readonly string[] {
  const parents = stems.map((_, number) => parentOf(stems, number));
  const isTold = (number: number) => {
    const parent = parents[number] ?? null;
    return parent === null || isMeant(parent) !== isMeant(number);
  };
  const told = stems.map((stem, number) => (stem !== null && isTold(number) ? stem : null));
  const exceptions = (number: number): readonly string[] =>
    told.flatMap((stem, inner) =>
      stem !== null && isPossible(inner) && !isMeant(inner) && parents[inner] === number
        ? [formatRange("iifname", stem)]
        : [],
    );
  return told.flatMap((stem, number) => {
    if (stem === null || !isMeant(number)) return [];
    const below = within(parents, number, isMeant).flatMap(exceptions);
    const name = formatRange("iifname", stem);
    return below.length === 0 ? [name] : [`${name} (${except} ${below.join(", ")})`];
  });
}

/** A class and those meant ones below it that are reached through meant ones alone. */
function within(
  parents: readonly (number | null)[],
  number: number,
  isMeant: (number: number) => boolean,
): readonly number[] {
  const below = parents.flatMap((parent, inner) =>
    parent === number && isMeant(inner) ? within(parents, inner, isMeant) : [],
  );
  return [number, ...below];
}

/** The narrowest stem that holds another one; of two that are the same, the first holds the second. */
function parentOf(stems: readonly (Range | null)[], number: number): number | null {
  const own = stems[number];
  if (own == null) return null;
  let parent: number | null = null;
  for (const [other, stem] of stems.entries()) {
    if (stem === null || stem.from > own.from || stem.to < own.to) continue;
    if (other >= number && stem.from === own.from && stem.to === own.to) continue;
    const best = parent === null ? null : stems[parent];
    if (best == null || stem.to - stem.from < best.to - best.from) parent = other;
  }
  return parent;
}
