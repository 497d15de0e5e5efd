import { type Arena, FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { Expression, SetReference } from "../device/expression.ts";
import type { Space } from "../packet/header/layout.ts";
import { expressionName } from "./canonical.ts";
import { ipsetKey } from "./ipsetKey.ts";
import { ipsetPort } from "./ipsetValue.ts";
import { lookupData } from "./lookup.ts";
import { readPayload } from "./readPayload.ts";
import { readSelector } from "./readSelector.ts";
import { unknownValue } from "./unknown.ts";
import {
  bitsOfPiece,
  bitsValue,
  constantValue,
  mergedBits,
  type Piece,
  type Value,
} from "./value.ts";
import type { Asker, World } from "./world.ts";

/** The values of the parts of a concatenation; of anything else its one value. */
export function evaluateParts(
  world: World,
  asker: Asker,
  expression: Expression,
): readonly Value[] {
  const parts = expression.kind === "concatenation" ? expression.parts : [expression];
  return parts.map((part) => evaluate(world, asker, part));
}

/** What a set is asked for: the key of the rule, or for an ipset what its type says. */
export function keyParts(
  world: World,
  asker: Asker,
  key: Expression,
  reference: SetReference,
): readonly Value[] {
  if (reference.kind !== "ipset") return evaluateParts(world, asker, key);
  const set = world.facts.set(asker.table, reference);
  const full = set === null ? null : ipsetKey(set, reference.directions);
  if (set === null || full?.kind !== "concatenation") return [];
  return full.parts.map((part) => ipsetPort(world, set, part, evaluate(world, asker, part)));
}

/** The value of an expression for all packets at once. */
export function evaluate(world: World, asker: Asker, expression: Expression): Value {
  switch (expression.kind) {
    case "constant":
      return constantValue(expression.value, expression.width);
    case "selector":
      return readSelector(world, expression.id, asker.instance);
    case "payload":
      return readPayload(world, expression.base, expression.offset, expression.width, null);
    case "binary":
      return evaluateBinary(world, asker, expression);
    case "lookup":
      return lookupData(
        world,
        asker,
        keyParts(world, asker, expression.key, expression.map),
        expression.map,
      );
    case "concatenation":
      return joined(world, evaluateParts(world, asker, expression), expression);
    case "fib":
      return readFib(world, expression);
    case "generator":
      return readGenerator(world, asker, expression);
    case "opaque":
      return unknownValue(
        world,
        expression.text,
        expression.width,
        expression.unknown,
        asker.instance,
        TRUE,
        expression.unknown === "stateful" ? null : world.store.writtenBytes(),
      );
  }
}

function joined(world: World, parts: readonly Value[], expression: Expression): Value {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const bits: Node[] = [];
  let present: Node = TRUE;
  for (const part of parts) {
    const own = mergedBits(world.arena, part);
    present = world.arena.and(present, part.present);
    if (own === null) {
      const width = parts.reduce((sum, { width }) => sum + width, 0);
      return unknownResult(world, expression, width);
    }
    bits.push(...own);
  }
  return bitsValue(bits, present);
}

/** A value that is worked out of others, without bits: what they are worked out of may have been written. */
function unknownResult(world: World, expression: Expression, width: number): Value {
  const written = world.store.writtenAnywhere();
  return unknownValue(world, expressionName(expression), width, "moment", "", TRUE, written);
}

type Binary = Extract<Expression, { kind: "binary" }>;

function evaluateBinary(world: World, asker: Asker, expression: Binary): Value {
  const left = evaluate(world, asker, expression.left);
  const right = evaluate(world, asker, expression.right);
  const present = world.arena.and(left.present, right.present);
  const pieces: Piece[] = [];
  for (const a of left.pieces)
    for (const b of right.pieces) {
      const guard = world.arena.and(a.guard, b.guard);
      if (guard === FALSE) continue;
      const bits = calculate(world.arena, expression, a, b);
      if (bits === null) return unknownResult(world, expression, expression.width);
      pieces.push({ guard, value: { kind: "bits", bits } });
    }
  return { width: expression.width, pieces, present };
}

/** Null where one side has no bits, or shifts by what is no constant. */
function calculate(arena: Arena, expression: Binary, a: Piece, b: Piece): readonly Node[] | null {
  const { operator, width } = expression;
  if (operator === "shiftLeft" || operator === "shiftRight") {
    const bits = bitsOfPiece(a.value, width);
    if (bits === null || b.value.kind !== "constant") return null;
    const by = Number(b.value.value);
    const zeros = new Array<Node>(Math.min(by, width)).fill(FALSE);
    return operator === "shiftLeft"
      ? [...bits.slice(by), ...zeros]
      : [...zeros, ...bits].slice(0, width);
  }
  const left = bitsOfPiece(a.value, width);
  const right = bitsOfPiece(b.value, width);
  if (left === null || right === null) return null;
  return left.map((bit, i) => {
    const other = right[i] ?? FALSE;
    if (operator === "and") return arena.and(bit, other);
    if (operator === "or") return arena.or(bit, other);
    return arena.ite(bit, arena.not(other), other);
  });
}

type Fib = Extract<Expression, { kind: "fib" }>;

const FIB_WIDTHS: Readonly<Record<Fib["result"], number>> = {
  oif: 128,
  oifname: 128,
  type: 32,
  exists: 1,
};

const FIB_READS: Readonly<Partial<Record<string, readonly Space[]>>> = {
  saddr: ["saddr4", "saddr6"],
  daddr: ["daddr4", "daddr6"],
  mark: ["mark"],
};

/** Routes are not in a ruleset. After a rewrite of what it reads the answer is another one. */
function readFib(world: World, expression: Fib): Value {
  const reads = new Set(expression.flags.flatMap((flag) => FIB_READS[flag] ?? []));
  const written = world.store.writtenTo((space) => reads.has(space));
  const name = expressionName(expression);
  return unknownValue(world, name, FIB_WIDTHS[expression.result], "moment", "", TRUE, written);
}

type Generator = Extract<Expression, { kind: "generator" }>;

const GENERATOR_BITS = 32;

/** Hashes are functions of the packet; numbers drawn or counted are new each time. */
function readGenerator(world: World, asker: Asker, expression: Generator): Value {
  if (expression.modulus === 1n) return constantValue(expression.offset, GENERATOR_BITS);
  const isHash = expression.source === "jhash" || expression.source === "symhash";
  const present =
    expression.key === null
      ? TRUE
      : evaluateParts(world, asker, expression.key).reduce<Node>(
          (all, part) => world.arena.and(all, part.present),
          TRUE,
        );
  const written = isHash ? world.store.writtenAnywhere() : null;
  return unknownValue(
    world,
    expressionName(expression),
    GENERATOR_BITS,
    isHash ? "packet" : "stateful",
    asker.instance,
    present,
    written,
  );
}
