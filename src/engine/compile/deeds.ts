import { FALSE } from "../bdd/index.ts";
import type { NatStatement, Statement } from "../device/statement.ts";
import type { Progress } from "./ruleProgress.ts";
import type { World } from "./world.ts";

/** How NAT chooses among ports and addresses: that shows in no field. Null: as it always does. */
export function mannerOf({
  type,
  address,
  random,
  persistent,
  ...rest
}: NatStatement): NatStatement | null {
  const isOne = address?.kind === "range" && address.range.from === address.range.to;
  const keeps = persistent && !isOne;
  if (!random && !keeps) return null;
  return { ...rest, type, family: null, address: null, port: null, random, persistent: keeps };
}

/** Keeps what was done to the packets that are in the rule, for whoever compares it. */
export function noteDeed(
  { deeds, place }: World,
  { live, rule, asker }: Progress,
  statement: Statement,
): void {
  if (deeds === null || live === FALSE) return;
  deeds.push({ statement, table: asker.table, rule, hook: place.hook, packets: live });
}
