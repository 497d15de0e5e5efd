import { type Node, support } from "../../bdd/index.ts";
import type { HeaderLayout } from "./layout.ts";
import { headerLevels } from "./valid.ts";

/** Variables of a set that are no part of a header. */
export function unknownLevels(layout: HeaderLayout, set: Node): readonly number[] {
  const header = new Set(headerLevels(layout));
  for (const { kind, levels } of layout.fields)
    if (kind === "header") for (const level of levels) header.add(level);
  return support(layout.arena, set).filter((level) => !header.has(level));
}

/** Keys of the unknowns that some variables belong to. */
export function unknownKeys(layout: HeaderLayout, levels: readonly number[]): readonly string[] {
  const wanted = new Set(levels);
  const isAsked = ({ levels: own }: { readonly levels: readonly number[] }) =>
    own.some((level) => wanted.has(level));
  return [
    ...layout.flags.filter(({ level }) => wanted.has(level)),
    ...layout.fields.filter(isAsked),
    ...layout.values.filter(isAsked),
  ].map(({ key }) => key);
}
