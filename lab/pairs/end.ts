import type { Outcome } from "../../src/engine/interpret/outcome.ts";
import { checksumPlaces } from "../compare.ts";
import { type Observed, OWN_TABLE, RULE } from "../observed.ts";

/** What became of a packet in the kernel, as far as two sides are compared. */
export interface KernelEnd {
  readonly observed: Observed;
  /** Null: not told, since it was lost on the way. */
  readonly carried: Carried | null;
  /** The model's outcome that the kernel agrees with. */
  readonly outcome: Outcome | null;
}

/** What a packet carries beside its header when it leaves or is delivered. */
interface Carried {
  readonly mark: number;
  /** Null: it belongs to no connection. */
  readonly connection: { readonly mark: number; readonly zone: number } | null;
}

export type EndKind = "verdict" | "translation" | "mark" | "tracking";

/** Reads the last lines of a trace, which the harness's own chains add. */
export function carriedIn({ leaves, lines }: Observed): Carried | null {
  const chain = leaves === "local" ? "delivered_with" : "leaving_with";
  const [own, connection, zone] = lines
    .filter((line) => line[1] === RULE && line[2] === OWN_TABLE && line[3] === chain)
    .map((line) => line[12]);
  if (leaves === null || own === undefined) return null;
  if (connection === undefined || zone === undefined) return { mark: own, connection: null };
  return { mark: own, connection: { mark: connection, zone } };
}

/** In what two ends differ. */
export function differencesOf(before: KernelEnd, after: KernelEnd): ReadonlySet<EndKind> {
  const [one, other] = [before.observed, after.observed];
  if (one.verdict !== other.verdict || one.answer !== other.answer) return new Set(["verdict"]);
  const found = new Set<EndKind>();
  if (one.verdict === "drop") return found;
  if (one.leaves !== other.leaves || bytesDiffer(before, after)) found.add("translation");
  const [mine, theirs] = [before.carried, after.carried];
  if (mine === null || theirs === null) return found;
  const marks = (carried: Carried) => `${carried.mark} ${carried.connection?.mark ?? 0}`;
  if (marks(mine) !== marks(theirs)) found.add("mark");
  if (mine.connection?.zone !== theirs.connection?.zone) found.add("tracking");
  return found;
}

/** Whether the marks of the packet itself are the same: that of its connection may have come with an earlier packet. */
export function isMarkedAlike({ carried: one }: KernelEnd, { carried: other }: KernelEnd): boolean {
  return one?.mark === other?.mark;
}

/** Bits that the model calls unknown on either side are chosen by the kernel; checksums follow from the rest. */
function bytesDiffer(before: KernelEnd, after: KernelEnd): boolean {
  const [one, other] = [before.observed.bytes, after.observed.bytes];
  const [mine, theirs] = [before.outcome?.wire, after.outcome?.wire];
  if (one === null || other === null || mine === undefined || theirs === undefined) return false;
  const ignored = checksumPlaces(mine);
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const known = (mine.known[at] ?? 0) & (theirs.known[at] ?? 0);
    if (((one[at] ?? 0) & known) !== ((other[at] ?? 0) & known) && !ignored.has(at)) return true;
  }
  return false;
}
