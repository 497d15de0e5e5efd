/**
 * A root of a diagram: the number of a node in its arena. Two roots of one arena are equal exactly
 * when their functions are equal, so `===` is the comparison of functions.
 */
export type Node = number;

/** The terminal 0: the empty set; in diagrams of several terminals, "no decision yet". */
export const FALSE: Node = 0;

/** The terminal 1: the set of everything. */
export const TRUE: Node = 1;

/** Below every variable, so that the smaller level of two nodes is the variable to split by. */
export const TERMINAL_LEVEL = 0x7fff_ffff;

/** Values of some variables, by level. */
export type Assignment = ReadonlyMap<number, boolean>;
