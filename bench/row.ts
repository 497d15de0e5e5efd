/** What a figure should be, and why that is enough. */
export interface Target {
  readonly kind: "atMost" | "atLeast";
  /** What it holds against: the figure itself, or figure by peer. */
  readonly of: "value" | "ratio";
  readonly limit: number;
  readonly why: string;
}

/** The same work done by something else, in the same run. */
export interface Peer {
  readonly name: string;
  /** Null: it is not here, or may not run. */
  readonly value: number | null;
}

/** One figure. Names and order are those of `--json`. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly peer: string | null;
  readonly peerValue: number | null;
  /** Value by the peer's value. */
  readonly ratio: number | null;
  readonly target: string;
  /** Null: there is no peer to hold it against. */
  readonly met: boolean | null;
}

/** Digits that a figure keeps: more are noise. */
const DIGITS = 4;

export function row(
  what: string,
  value: number,
  unit: string,
  peer: Peer | null,
  target: Target,
): Row {
  const peerValue = peer?.value ?? null;
  const ratio = peerValue === null || peerValue === 0 ? null : value / peerValue;
  const judged = target.of === "value" ? value : ratio;
  return {
    what,
    value: rounded(value),
    unit,
    peer: peer?.name ?? null,
    peerValue: peerValue === null ? null : rounded(peerValue),
    ratio: ratio === null ? null : rounded(ratio),
    target: targetText(target, unit),
    met: judged === null ? null : isMet(target, judged),
  };
}

function isMet({ kind, limit }: Target, value: number): boolean {
  return kind === "atMost" ? value <= limit : value >= limit;
}

function targetText({ kind, of, limit, why }: Target, unit: string): string {
  const bound = `${kind === "atMost" ? "at most" : "at least"} ${limit}`;
  return `${bound} ${of === "value" ? unit : "times the peer"}: ${why}`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
