import type { Chain, Device } from "../../../src/engine/device/device.ts";
import { compareDevices } from "../../../src/engine/diff/index.ts";

/**
 * Compares a device with itself less a rule, and forgets what came of it: the first comparisons of a page take up to ten
 * times as long as later ones, since nothing is compiled or remembered yet. Whoever has just opened an editor reads first.
 * `part`: where in its longest chain the rule stands, from 0 to 1.
 */
export function rehearse(device: Device, part: number): void {
  const longest = device.tables
    .flatMap(({ chains }) => chains)
    .reduce<Chain | null>(
      (most, chain) => ((most?.rules.length ?? 0) < chain.rules.length ? chain : most),
      null,
    );
  if (longest === null) return;
  const rules = longest.rules.toSpliced(Math.floor(longest.rules.length * part), 1);
  const tables = device.tables.map((table) => ({
    ...table,
    chains: table.chains.map((chain) => (chain === longest ? { ...chain, rules } : chain)),
  }));
  compareDevices(device, { ...device, tables });
}
