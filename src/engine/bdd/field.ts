import type { Range } from "../base/range.ts";
import type { Arena } from "./arena.ts";
import { intervalSet } from "./intervals.ts";
import { type Assignment, type Node, TRUE } from "./node.ts";

/** Levels of the bits of a number, the most significant first, ascending. */
export type Field = readonly number[];

/** The packets whose field is `value`; none where the value is wider than the field. */
export function fieldEquals(arena: Arena, field: Field, value: bigint): Node {
  return intervalSet(arena, field, [{ from: value, to: value }]);
}

/** The packets whose field is from `range.from` to `range.to`, both included. */
export function fieldInRange(arena: Arena, field: Field, range: Range): Node {
  return intervalSet(arena, field, [range]);
}

/** The packets with `field & mask == value & mask`; the mask may have holes. */
export function fieldMasked(arena: Arena, field: Field, value: bigint, mask: bigint): Node {
  let node = TRUE;
  for (let bit = field.length - 1; bit >= 0; bit--) {
    const place = BigInt(field.length - 1 - bit);
    if (((mask >> place) & 1n) === 0n) continue;
    const literal = arena.variable(field[bit] as number);
    node = arena.and(((value >> place) & 1n) === 1n ? literal : arena.not(literal), node);
  }
  return node;
}

/** The field's bits for a value, as `restrict` and `setBits` take them. */
export function fieldAssignment(field: Field, value: bigint): Assignment {
  return new Map(
    field.map((level, bit) => [level, ((value >> BigInt(field.length - 1 - bit)) & 1n) === 1n]),
  );
}

/** The number that an assignment gives the field; bits that are free count as 0. */
export function fieldValue(field: Field, assignment: Assignment): bigint {
  let value = 0n;
  for (const level of field) value = value * 2n + (assignment.get(level) === true ? 1n : 0n);
  return value;
}
