import type { Range } from "../base/range.ts";
import type { Span } from "../base/span.ts";
import type { SetElement } from "./set.ts";

/**
 * What a rule reads or computes. Every value is an unsigned number of a fixed width in bits;
 * addresses, ports and marks are numbers, interface names are 16 bytes padded with zeros
 * (`base/interfaceName.ts`), `iif`/`oif` too are held by name.
 */
export type Expression =
  | { readonly kind: "constant"; readonly value: bigint; readonly width: number }
  /** `id` is a row of the selector table (`packet/selectors`), in canonical nft spelling. */
  | { readonly kind: "selector"; readonly id: string }
  /** Bits at an offset that no selector names (`@th,16,16`); where a row has them, use the row. */
  | {
      readonly kind: "payload";
      readonly base: PayloadBase;
      /** From the start of the base's header, in bits. */
      readonly offset: number;
      readonly width: number;
    }
  | {
      readonly kind: "binary";
      readonly operator: "and" | "or" | "xor" | "shiftLeft" | "shiftRight";
      readonly left: Expression;
      readonly right: Expression;
      readonly width: number;
    }
  | { readonly kind: "concatenation"; readonly parts: readonly Expression[] }
  /** The data that a map holds for `key`; a key without an element ends the rule (no match). */
  | { readonly kind: "lookup"; readonly key: Expression; readonly map: SetReference }
  | {
      readonly kind: "fib";
      /** What is asked of the routing table. */
      readonly flags: readonly FibFlag[];
      readonly result: "oif" | "oifname" | "type" | "exists";
    }
  /** A number that is drawn or hashed. `modulus` values from `offset` on. */
  | {
      readonly kind: "generator";
      readonly source: "random" | "increment" | "jhash" | "symhash";
      /** What jhash reads. */
      readonly key: Expression | null;
      readonly modulus: bigint;
      readonly offset: bigint;
      readonly seed: bigint | null;
    }
  /** A value that has only a name; `text` is canonical, the same in every dialect. */
  | {
      readonly kind: "opaque";
      readonly unknown: UnknownKind;
      readonly text: string;
      readonly width: number;
    };

export type PayloadBase = "link" | "network" | "transport" | "inner";
export type FibFlag = "saddr" | "daddr" | "mark" | "iif" | "oif";

/**
 * `packet`: a function of this packet's bytes; `moment`: the same for one packet's walk;
 * `stateful`: limiters, counters, random numbers: fresh for each rule instance.
 */
export type UnknownKind = "packet" | "moment" | "stateful";

/** A set written where it is used, or one of the rule's own table, or an ipset of the device. */
export type SetReference =
  | {
      readonly kind: "anonymous";
      readonly elements: readonly SetElement[];
      /** Widths of the parts of the key, in bits. */
      readonly keyWidths: readonly number[];
    }
  | { readonly kind: "named"; readonly name: string; readonly span: Span }
  | {
      readonly kind: "ipset";
      readonly name: string;
      /**
       * One for each part of the set's key that the match gives. The key follows from them and the
       * type of the set; `left` of such a match is an empty concatenation.
       */
      readonly directions: readonly ("source" | "destination")[];
      /** Matches only where the deciding element is marked `nomatch`. */
      readonly returnNomatch?: true;
      readonly span: Span;
    };

/** The question that a match asks of a value. */
export type Test =
  | {
      readonly kind: "ranges";
      /** True: the rule goes on where the value lies in none of them. */
      readonly negated: boolean;
      /** Sorted, disjoint (`base/range.ts`). */
      readonly ranges: readonly Range[];
    }
  | { readonly kind: "set"; readonly negated: boolean; readonly set: SetReference };
