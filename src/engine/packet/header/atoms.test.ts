import { describe, expect, it } from "vitest";
import { atomOf, atomsWithin, makeAtoms } from "./atoms.ts";

const range = (from: bigint, to: bigint) => ({ from, to });

describe("makeAtoms", () => {
  it("gives all values one class where nothing is asked", () => {
    expect(makeAtoms([], 255n).classes).toEqual([[range(0n, 255n)]]);
  });

  it("joins what lies between single values into one class", () => {
    const atoms = makeAtoms([range(5n, 5n), range(9n, 9n)], 255n);
    expect(atoms.classes.length).toBe(3);
    expect(atomOf(atoms, 0n)).toBe(atomOf(atoms, 7n));
    expect(atomOf(atoms, 7n)).toBe(atomOf(atoms, 255n));
    expect(atomOf(atoms, 5n)).not.toBe(atomOf(atoms, 9n));
  });

  it("splits a wildcard from the name within it", () => {
    const atoms = makeAtoms([range(16n, 31n), range(20n, 20n)], 255n);
    expect(atoms.classes.length).toBe(3);
    expect(atomsWithin(atoms, [range(16n, 31n)]).length).toBe(2);
    expect(atomsWithin(atoms, [range(20n, 20n)]).length).toBe(1);
  });

  it("ends at the last value", () => {
    const atoms = makeAtoms([range(200n, 255n)], 255n);
    expect(atoms.classes).toEqual([[range(0n, 199n)], [range(200n, 255n)]]);
  });
});
