import type { Inventory } from "../../operations/inventory/service.ts";
import type { MailNetwork } from "../../simulation/network.ts";
import { FIREWALL } from "../../simulation/world/plan.ts";

/** Puts the firewall back to what is approved, and forgets the mail that waits; null: nothing is approved. */
export async function resetSimulation(
  { firewall, world }: MailNetwork,
  { baselineSnapshot }: Pick<Inventory, "baselineSnapshot">,
): Promise<{ readonly baseline: string } | null> {
  const base = await baselineSnapshot(FIREWALL);
  const ruleset = base?.parts.find(({ name }) => name === "nft")?.text ?? null;
  if (base === null || ruleset === null) return null;
  const result = firewall.kernel.run(`flush ruleset\n${ruleset}`);
  if (result.kind === "refused") throw new Error(`load the approved ruleset: ${result.error}`);
  for (const { name, text } of base.parts)
    if (name.startsWith("/") && text !== null) firewall.files.set(name, text);
  world.clearQueues();
  return { baseline: base.hash };
}
