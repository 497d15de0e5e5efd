import { joinSpans } from "../../base/span.ts";
import type { SetReference } from "../../device/expression.ts";
import type { ElementData, SetElement } from "../../device/set.ts";
import { refuse, type ScriptState } from "./state.ts";
import type { ValueForm } from "./values.ts";

/** A set written in place, as the kernel gets it: members that overlap are one, keys of maps differ. */
export function anonymousSet(
  state: ScriptState,
  elements: readonly SetElement[],
  forms: readonly ValueForm[],
): SetReference {
  const isMap = elements.some((element) => element.data !== null);
  /* nft makes a plain comparison of a set with one single member. */
  if (isMap || forms.length !== 1 || elements.length !== 1) state.parts++;
  const settled = isMap ? checkMap(state, elements) : mergeMembers(elements, forms.length);
  return { kind: "anonymous", elements: settled, keyWidths: forms.map((form) => form.width) };
}

/** Of two equal keys the first stays; nft merges intervals of sets that are written in place. */
function mergeMembers(elements: readonly SetElement[], parts: number): readonly SetElement[] {
  if (elements.length < 2) return elements;
  const different = withoutRepeats(elements);
  if (parts !== 1 || !overlaps(different)) return different;
  const merged: SetElement[] = [];
  for (const element of sortedByKey(different)) {
    const last = merged.at(-1);
    const before = last?.key[0];
    const [range] = element.key;
    if (last === undefined || before === undefined || range === undefined || range.from > before.to)
      merged.push(element);
    else {
      const to = range.to > before.to ? range.to : before.to;
      const span = joinSpans(last.span, element.span);
      merged[merged.length - 1] = { ...last, key: [{ from: before.from, to }], span };
    }
  }
  return merged;
}

function withoutRepeats(elements: readonly SetElement[]): readonly SetElement[] {
  const seen = new Set<string>();
  return elements.filter((element) => {
    const key = keyText(element);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function sortedByKey(elements: readonly SetElement[]): readonly SetElement[] {
  return [...elements].sort((a, b) => {
    const left = a.key[0]?.from ?? -1n;
    const right = b.key[0]?.from ?? -1n;
    return left < right ? -1 : left > right ? 1 : 0;
  });
}

function overlaps(elements: readonly SetElement[]): boolean {
  return firstOverlap(elements) !== null;
}

/** The first element whose key meets the one before it; elements of one part only. */
export function firstOverlap(elements: readonly SetElement[]): SetElement | null {
  let highest = -1n;
  for (const element of sortedByKey(elements)) {
    const [range] = element.key;
    if (range === undefined) continue;
    if (range.from <= highest) return element;
    if (range.to > highest) highest = range.to;
  }
  return null;
}

/** The kernel refuses a key that leads to two things; nft refuses intervals that meet. */
function checkMap(state: ScriptState, elements: readonly SetElement[]): readonly SetElement[] {
  const held = new Map<string, SetElement>();
  for (const element of elements) {
    const key = keyText(element);
    const same = held.get(key);
    if (same === undefined) held.set(key, element);
    else if (dataText(same.data) !== dataText(element.data))
      refuse(
        state,
        "PM1060",
        "two elements of the map have the same key",
        element.span,
        "keep one of them",
      );
  }
  const different = [...held.values()];
  const meeting = different[0]?.key.length === 1 ? firstOverlap(different) : null;
  if (meeting !== null)
    refuse(
      state,
      "PM1062",
      "the map has overlapping intervals",
      meeting.span,
      "cut one of them so that each key has one answer",
    );
  return different;
}

/** One text for each key, the same for equal keys. */
export function keyText(element: SetElement): string {
  if (element.catchAll) return "*";
  return element.key.map(({ from, to }) => `${from}-${to}`).join(".");
}

/** One text for what an element holds. */
export function dataText(data: ElementData | null): string {
  if (data === null) return "";
  switch (data.kind) {
    case "value":
      return data.parts.map(({ from, to }) => `${from}-${to}`).join(".");
    case "object":
      return data.name;
    case "verdict": {
      const { verdict } = data;
      const chain = verdict.kind === "jump" || verdict.kind === "goto" ? ` ${verdict.chain}` : "";
      const numbers =
        verdict.kind === "queue" ? ` ${verdict.numbers.from}-${verdict.numbers.to}` : "";
      return `${verdict.kind}${chain}${numbers}`;
    }
  }
}
