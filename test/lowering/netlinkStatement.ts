import { maximum } from "../../src/engine/base/range.ts";
import { narrow, termText } from "./canonical.ts";
import {
  type DumpedElement,
  type Machine,
  type Slot,
  slotOf,
  tidy,
  wordsValue,
} from "./netlinkMachine.ts";

/** A constant that is put over some bits of what was there is a write of the narrower field. */
export function writePayload(
  machine: Machine,
  slot: Slot,
  bytes: number,
  base: string,
  offset: number,
): void {
  const width = bytes * 8;
  const whole = `${base}+${offset * 8}/${width}`;
  if (slot.constant !== null) {
    const value = wordsValue(slot.constant, { ...slot, bytes, big: true });
    machine.lines.push(`write ${whole} = ${value.toString(16)}`);
    return;
  }
  const changed = /^&([0-9a-f]+)\^([0-9a-f]+)$/.exec(slot.term.steps);
  if (changed !== null && termText({ ...slot.term, steps: "" }) === whole) {
    const replaced = maximum(width) & ~BigInt(`0x${changed[1]}`);
    const field = narrow({ ...slot.term, steps: "" }, replaced);
    const value = BigInt(`0x${changed[2]}`) >> BigInt(field.shift);
    machine.lines.push(`write ${termText(field.term)} = ${value.toString(16)}`);
  } else machine.lines.push(`write ${whole} = ${termText(tidy(slot).term)}`);
}

/** Any other statement, with what is in its registers put in place. */
export function statement(machine: Machine, text: string, sets: DumpedElement[][]): string {
  const family = / ip6 /.test(text) ? 16 : 4;
  const filled = text
    .replace(/ flags 0x[0-9a-f]+$/, (flags) =>
      /^(nat|masq|redir) /.test(text) ? natFlags(flags) : flags,
    )
    .replace(
      /\b(\w+) ?(reg|sreg|reg_key|reg_data) (\d+)\b|\b(reg|sreg|reg_key|reg_data) (\d+)\b/g,
      (_, before: string | undefined, kind1, register1, kind2, register2) => {
        const kind = kind1 ?? kind2;
        const register = Number(register1 ?? register2);
        const lead = before === undefined ? "" : `${before} `;
        if (kind === "reg_key" || before === "objref")
          return `${lead}${machine
            .run(register)
            .map((slot) => termText(tidy(slot).term))
            .join(" . ")}`;
        const slot = machine.slots.get(slotOf(register));
        if (slot === undefined) return `${lead}of the map`;
        if (slot.constant === null) return `${lead}${termText(tidy(slot).term)}`;
        const big = /^(addr|proto|port)/.test(before ?? "");
        const bytes = /^addr/.test(before ?? "")
          ? family
          : /^(proto|port)/.test(before ?? "")
            ? 2
            : slot.bytes;
        return `${lead}<${wordsValue(slot.constant, { ...slot, bytes, big }).toString(16)}>`;
      },
    );
  if (filled.startsWith("dynset")) machine.slots.clear();
  if (/set __(set|map|objmap)%d/.test(filled)) sets.shift();
  return settled(filled);
}

/** Random (4, 16) and persistent (8) alone decide; the others say how it is written. */
export function natFlags(text: string): string {
  const flags = Number(text.slice(7));
  return `${(flags & 0x14) !== 0 ? " random" : ""}${(flags & 8) !== 0 ? " persistent" : ""}${(flags & 0x40) !== 0 ? " netmap" : ""}`;
}

/** What a map gives has its own form, and statements of elements are told by what they do. */
export function settled(text: string): string {
  return text
    .replace(/ (addr|proto)_max of the map/g, "")
    .replace(/(\(.* map .*\).*) netmap$/, "$1")
    .replace("set __objmap%d", "set __map%d")
    .replace(/ expr \[ counter [^\]]*\]/g, " expr [ counter ]");
}
