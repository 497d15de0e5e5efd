import type { NamedSet } from "./set.ts";

const LIMITING = /^(limit|quota|connectionCount)$/;

/**
 * Whether elements of a set have limits of their own. A rule that finds such an element runs them, and ends where
 * they are used up (nft_set_elem_update_expr of Linux; measured: of four packets one matched).
 */
export function limitsElements(set: NamedSet): boolean {
  const known = LIMITED.get(set) ?? isLimited(set);
  LIMITED.set(set, known);
  return known;
}

/** Sets never change, may hold a million elements, and are asked about for every rule. */
const LIMITED = new WeakMap<NamedSet, boolean>();

function isLimited({ elementStatements, elements }: NamedSet): boolean {
  if (elementStatements.some(({ kind }) => LIMITING.test(kind))) return true;
  return elements.some(({ statements }) => statements.some(({ kind }) => LIMITING.test(kind)));
}
