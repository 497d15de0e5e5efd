import { maximum, type Range } from "../../src/engine/base/range.ts";
import { comparison, rangeText, term, termText } from "./canonical.ts";
import { type DumpedElement, type Machine, type Slot, tidy, wordsValue } from "./netlinkMachine.ts";

export function readElements(text: string, interval: boolean): DumpedElement[] {
  return text
    .split(/\[end\]/)
    .slice(0, -1)
    .map((piece) => {
      const body = piece.slice(piece.lastIndexOf("element ") + 8);
      const at = body.indexOf(" : ");
      const [from = "", to] = body.slice(0, at).split("  - ");
      const rest = body
        .slice(at + 3)
        .trim()
        .split(" ");
      return {
        key: from.trim().split(" "),
        keyEnd: to === undefined ? null : to.trim().split(" "),
        data: rest.slice(0, -1).join(" "),
        flags: Number(rest.at(-1)),
        interval,
      };
    });
}

export function lookup(
  machine: Machine,
  register: number,
  name: string,
  data: string | undefined,
  negated: boolean,
  sets: DumpedElement[][],
): void {
  const parts = machine.run(register);
  const elements = name.endsWith("%d") ? (sets.shift() ?? []) : null;
  const texts = parts.map((slot) => termText(tidy(slot).term));
  const set = elements === null ? `@${name}` : elementsText(parts, elements);
  machine.slots.clear();
  const key = texts.join(" . ");
  if (data === undefined) {
    const [only] = parts;
    if (
      elements !== null &&
      parts.length === 1 &&
      only !== undefined &&
      !elements.some((e) => e.flags & 2)
    ) {
      const tidied = tidy(only);
      const ranges = scalarElements(only, elements).map(({ from, to }) => ({
        from: from >> BigInt(tidied.shift),
        to: to >> BigInt(tidied.shift),
      }));
      machine.lines.push(...comparison(tidied.term, negated, ranges));
    } else machine.lines.push(`${key} ${negated ? "not in" : "in"} ${set}`);
  } else if (data === "0") machine.lines.push(`${key} vmap ${set}`);
  else
    machine.put(Number(data), {
      term: term({ kind: "name", name: `(${key} map ${set})` }, 32),
      bytes: 4,
      big: false,
      constant: null,
    });
}

/** Elements of one part: single ones, or starts and ends of intervals. */
export function scalarElements(
  slot: Slot,
  elements: readonly DumpedElement[],
): (Range & { data: string })[] {
  const intervals = elements.some(({ interval }) => interval);
  const values = elements
    .filter((element) => (element.flags & 2) === 0)
    .map((element) => ({ value: wordsValue(element.key, slot), ...element }));
  if (!intervals)
    return values.map(({ value, data }) => ({ from: value, to: value, data: dataText(data) }));
  const sorted = [...values].sort((a, b) =>
    a.value < b.value ? -1 : a.value > b.value ? 1 : (b.flags & 1) - (a.flags & 1),
  );
  return sorted.flatMap((element, i) => {
    if ((element.flags & 1) !== 0) return [];
    const next = sorted[i + 1];
    const to = next === undefined ? maximum(slot.bytes * 8) : next.value - 1n;
    return [{ from: element.value, to, data: dataText(element.data) }];
  });
}

export function elementsText(parts: readonly Slot[], elements: readonly DumpedElement[]): string {
  const [only] = parts;
  const texts: string[] = [];
  if (parts.length === 1 && only !== undefined) {
    const { shift } = tidy(only);
    for (const { from, to, data } of scalarElements(only, elements))
      texts.push(`${rangeText({ from: from >> BigInt(shift), to: to >> BigInt(shift) })}${data}`);
  } else
    for (const element of elements) {
      if ((element.flags & 2) !== 0) continue;
      let at = 0;
      const keys = parts.map((slot) => {
        const words = Math.ceil(slot.bytes / 4);
        const from = wordsValue(element.key.slice(at, at + words), slot);
        const to =
          element.keyEnd === null ? from : wordsValue(element.keyEnd.slice(at, at + words), slot);
        at += words;
        const { shift } = tidy(slot);
        return rangeText({ from: from >> BigInt(shift), to: to >> BigInt(shift) });
      });
      texts.push(`${keys.join(" . ")}${dataText(element.data)}`);
    }
  for (const element of elements)
    if ((element.flags & 2) !== 0) texts.push(`*${dataText(element.data)}`);
  return `{${texts.sort().join(",")}}`;
}

export function dataText(data: string): string {
  if (data === "") return "";
  return /^[0-9a-f]{8}( |$)/.test(data) ? ":data" : `:${data.replace(" -> ", " ")}`;
}
