import { familiesOf, needsTracking } from "../../src/engine/compile/index.ts";
import type { Device } from "../../src/engine/device/device.ts";
import type { IpFamily } from "../../src/engine/packet/packet.ts";
import { Judge } from "../judge.ts";
import { beyondJudging, firstLine } from "../judgeRuleset.ts";
import { Kernel } from "../kernel.ts";
import { type FirstAddresses, firstAddresses, type LabHost, makeLabHost } from "../labHost.ts";
import { matchHandles } from "../observed.ts";
import { loadCommand, loadedText, type Ruleset } from "../ruleset.ts";

/** One side of a pair in a namespace of its own; both have the same interfaces and addresses. */
export interface Twin {
  readonly ruleset: Ruleset;
  readonly kernel: Kernel;
  readonly judge: Judge;
}

/** Surroundings that both sides can live in. */
export function hostOf(before: Ruleset, after: Ruleset): LabHost {
  const names = [...new Set([...before.interfaces, ...after.interfaces])];
  const [one, other] = [before, after].map(({ parsed }) => firstAddresses(parsed.device));
  const usual = firstAddresses({ ...before.parsed.device, tables: [] });
  const first = (family: keyof FirstAddresses) =>
    [one, other].map((found) => found?.[family]).find((found) => found !== usual[family]) ??
    usual[family];
  return makeLabHost(names, { ip: first("ip"), ip6: first("ip6") });
}

/** Loads a ruleset; a text where that cannot be. */
export async function openTwin(ruleset: Ruleset, host: LabHost): Promise<Twin | string> {
  const argv = loadCommand(ruleset.dialect);
  const { device } = ruleset.parsed;
  const reason = argv === null ? "no ruleset" : beyondJudging(device);
  if (argv === null || reason !== null) return reason ?? "no ruleset";
  const kernel = new Kernel();
  const refused = await load(kernel, ruleset, host, argv);
  if (typeof refused === "string") {
    await kernel.close();
    return refused;
  }
  return { ruleset, kernel, judge: new Judge(device, host, refused) };
}

/** Whether the ruleset turns tracking on. */
export function isTracked({ tables }: Device, family: IpFamily): boolean {
  return tables.some((table) => familiesOf(table).includes(family) && needsTracking(table));
}

async function load(kernel: Kernel, ruleset: Ruleset, host: LabHost, argv: readonly string[]) {
  const tracks = (family: IpFamily) => isTracked(ruleset.parsed.device, family);
  await kernel.setUp(host.setup, { ip: tracks("ip"), ip6: tracks("ip6") });
  const refusal = await kernel.load(argv, loadedText(ruleset));
  if (refusal !== null) return firstLine(refusal);
  const rules = matchHandles(ruleset.parsed.device, await kernel.rules());
  if (typeof rules !== "string") await kernel.observe();
  return rules;
}
