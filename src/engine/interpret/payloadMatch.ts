import type { PayloadSearchStatement, U32Statement, U32Test } from "../device/statement.ts";
import type { Walk } from "./walk.ts";

/** xt_string: looks for bytes between two offsets from the network header. */
export function matchPayloadSearch(walk: Walk, statement: PayloadSearchStatement): boolean {
  const { bytes, known, complete } = walk.wire;
  /* The whole pattern must end by offset `to` (measured). */
  const to = Math.min(statement.to, bytes.length);
  if (search(bytes, statement, to)) return !statement.negated;
  if (!complete || search(bytes, statement, to, known))
    return chooses(walk, statement.text, statement.negated);
  return statement.negated;
}

function chooses(walk: Walk, text: string, negated: boolean): boolean {
  return (walk.choices.choose(text, text, ["matches", "does not match"]) === 0) !== negated;
}

/** With `known` a byte that is not fully known fits where its known bits do. */
function search(
  bytes: Uint8Array,
  statement: PayloadSearchStatement,
  to: number,
  known: Uint8Array | null = null,
): boolean {
  const { pattern, from, ignoreCase } = statement;
  const fold = (byte: number) => (ignoreCase && byte >= 65 && byte <= 90 ? byte + 32 : byte);
  for (let at = from; at + pattern.length <= to; at++) {
    const fits = pattern.every((byte, i) => {
      const mask = known?.[at + i] ?? 255;
      if (mask !== 255) return ((bytes[at + i] ?? 0) & mask) === (byte & mask);
      return fold(bytes[at + i] ?? -1) === fold(byte);
    });
    if (fits) return true;
  }
  return false;
}

/** xt_u32: words read from the network header; past the end a test fails. */
export function matchU32(walk: Walk, statement: U32Statement): boolean {
  if (!walk.wire.complete || walk.wire.known.some((mask) => mask !== 255)) {
    const answers = statement.tests.map((test) => runTest(walk, test));
    if (answers.includes(false)) return statement.negated;
    if (answers.includes(null)) return chooses(walk, statement.text, statement.negated);
    return !statement.negated;
  }
  return statement.tests.every((test) => runTest(walk, test) === true) !== statement.negated;
}

/** Null where the test reads bytes that are not given. */
function runTest(walk: Walk, test: U32Test): boolean | null {
  let base = 0;
  let value = readWord(walk, test.start);
  for (const { operator, number } of test.operations) {
    if (typeof value !== "number") return value === "unknown" ? null : false;
    switch (operator) {
      case "and":
        value = (value & number) >>> 0;
        break;
      case "shiftLeft":
        value = (value << number) >>> 0;
        break;
      case "shiftRight":
        value = value >>> number;
        break;
      case "at":
        base += value;
        value = readWord(walk, base + number);
        break;
    }
  }
  if (typeof value !== "number") return value === "unknown" ? null : false;
  const word = BigInt(value);
  return test.ranges.some(({ from, to }) => from <= word && word <= to);
}

function readWord(walk: Walk, at: number): number | "unknown" | "beyond" {
  const { bytes, known, complete } = walk.wire;
  if (at + 4 > bytes.length) return complete ? "beyond" : "unknown";
  if (known.subarray(at, at + 4).some((mask) => mask !== 255)) return "unknown";
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}
