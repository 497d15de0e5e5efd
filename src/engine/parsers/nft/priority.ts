import { own } from "../../base/own.ts";
import type { TableFamily } from "../../device/device.ts";
import type { Reader } from "./reader.ts";

const STANDARD: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};
const BRIDGE: Readonly<Record<string, number>> = {
  dstnat: -300,
  filter: -200,
  out: 100,
  srcnat: 300,
};

/** `filter`, `-150`, `dstnat + 5`, `mangle - 1`. */
export function parsePriority(reader: Reader, family: TableFamily): number {
  const token = reader.word("a priority");
  const names = family === "bridge" ? BRIDGE : STANDARD;
  const joined = /^([a-z]+)([+-]\d+)$/.exec(token.text);
  if (token.text === "-" || token.text === "+") return sign(token.text) * number(reader);
  if (/^[+-]?\d+$/.test(token.text)) return Number(token.text);
  const base = own(names, joined?.[1] ?? token.text);
  if (base === undefined) {
    reader.unshift(token);
    throw reader.problem(
      `\`${token.text}\` is no priority`,
      `write a number or one of ${Object.keys(names).join(", ")}`,
    );
  }
  if (joined !== null) return base + Number(joined[2]);
  const next = reader.peek();
  if (next.kind !== "word" || !/^[+-]/.test(next.text)) return base;
  reader.next();
  return next.text.length > 1 ? base + Number(next.text) : base + sign(next.text) * number(reader);
}

function sign(text: string): number {
  return text === "-" ? -1 : 1;
}

function number(reader: Reader): number {
  const value = Number(reader.word("a number").text);
  if (!Number.isInteger(value)) throw reader.problem("a priority is a whole number");
  return value;
}
