import type { Rule, Table } from "../device/device.ts";
import type { RejectWith } from "../device/statement.ts";
import type { Fates } from "./fates.ts";
import type { Ending } from "./walkTraveller.ts";

/** What happens to packets in the end, and what decided it, in the words of answers. */
export interface ToldFate {
  readonly verdict: "accept" | "drop" | "reject" | "queue" | "undecided";
  readonly rejectWith: RejectWith | null;
  /** Null: no chain of the path's main hook saw the packets. */
  readonly by: ToldDecider | null;
}

export type ToldDecider =
  | { readonly kind: "rule"; readonly rule: Rule }
  | { readonly kind: "policy"; readonly table: Table; readonly chain: string }
  | { readonly kind: "kernel"; readonly reason: string };

/** What routing refuses is lost like what a rule drops. */
export function tellFate(fates: Fates, { fate, by }: Ending): ToldFate {
  const found = fates.fate(fate);
  const isKernel = found.kind === "kernel";
  return {
    verdict: isKernel ? "drop" : found.kind,
    rejectWith: found.kind === "reject" ? found.with : null,
    by: by === null ? (isKernel ? { kind: "kernel", reason: found.text } : null) : deciderOf(by),
  };
}

function deciderOf(by: NonNullable<Ending["by"]>): ToldDecider {
  return by.kind === "rule"
    ? { kind: "rule", rule: by.rule }
    : { kind: "policy", table: by.table, chain: by.chain.name };
}
