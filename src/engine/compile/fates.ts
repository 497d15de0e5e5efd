import type { Span } from "../base/span.ts";
import type { RejectWith } from "../device/statement.ts";

/** What happens to a packet in the end. */
export type Fate =
  | { readonly kind: "accept" }
  | { readonly kind: "drop" }
  | { readonly kind: "reject"; readonly with: RejectWith }
  | { readonly kind: "queue"; readonly text: string }
  /** Routing refuses it, whatever the rules say. */
  | { readonly kind: "kernel"; readonly text: string }
  /** The rules say something that has no model; `text` is what they say. */
  | { readonly kind: "undecided"; readonly text: string; readonly span: Span | null };

/** Numbers of fates as terminals of diagrams. 0 is `no decision yet`. */
export const NONE = 0;
export const ACCEPT = 1;
export const DROP = 2;
/** A chain has said `return`; only while its rules are put together. */
export const RETURN = 3;

const FIRST_FREE = 4;

/** Gives fates their numbers: equal fates of both sides of a diff get the same. */
export class Fates {
  private readonly known: Fate[] = [];
  private readonly numbers = new Map<string, number>();

  number(fate: Fate): number {
    if (fate.kind === "accept") return ACCEPT;
    if (fate.kind === "drop") return DROP;
    const key = fateKey(fate);
    const found = this.numbers.get(key);
    if (found !== undefined) return found;
    const number = FIRST_FREE + this.known.length;
    this.known.push(fate);
    this.numbers.set(key, number);
    return number;
  }

  fate(number: number): Fate {
    if (number === ACCEPT) return { kind: "accept" };
    if (number === DROP) return { kind: "drop" };
    const fate = this.known[number - FIRST_FREE];
    if (fate === undefined) throw new Error(`no fate has the number ${number}`);
    return fate;
  }
}

/** The line is no part of it: the same words in another line are the same unknown. */
function fateKey(fate: Exclude<Fate, { kind: "accept" | "drop" }>): string {
  switch (fate.kind) {
    case "reject":
      return fate.with.kind === "tcpReset"
        ? "reject tcp reset"
        : `reject ${fate.with.family} ${fate.with.code}`;
    case "queue":
      return `queue ${fate.text}`;
    case "kernel":
      return `kernel ${fate.text}`;
    case "undecided":
      return `undecided ${fate.text}`;
  }
}
