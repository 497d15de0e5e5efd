import type { Device } from "../../engine/device/device.ts";
import { compareDevices } from "../../engine/diff/index.ts";
import { readDevice } from "../../engine/parsers/readDevice.ts";
import { refuse } from "../../platform/refusal.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import { runSources, tableKey } from "../change/candidate.ts";
import type { Refusal, SourceFiles } from "../change/model.ts";
import { ownTables } from "../change/ownTables.ts";
import { isSourceProblem, ownScripts, wholeSources } from "../change/sources.ts";
import type { NetworkDevice } from "../inventory/model.ts";
import { REDACTED } from "../inventory/redact.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import { partOf, type Snapshot } from "../inventory/snapshot.ts";
import { foreignWriters } from "./foreign.ts";
import { type ListedTable, readListing, withoutLiveElements } from "./listing.ts";
import { liveSets, lossesOf } from "./liveSets.ts";
import { partInput } from "./partInput.ts";
import type { ApplyPlan, DevicePart } from "./run.ts";
import { listingText, transitionScript } from "./script.ts";

export interface PlanInput {
  /** Counts up for each device. */
  readonly id: number;
  readonly device: NetworkDevice;
  /** The one that was proved and approved: the device refuses the load if it is another by then. */
  readonly snapshot: Snapshot;
  readonly files: SourceFiles;
  /** Seconds until the device restores by itself. */
  readonly windowS: number;
  readonly transport: Transport;
  readonly part: DevicePart;
}

export type Planned = { readonly kind: "planned"; readonly plan: ApplyPlan } | Refusal;

/**
 * What apply would load, tried on the device in an empty namespace. Refused where what runs could not be
 * restored, and where the kernel makes something else of the files than was proved.
 */
export async function planApply(input: PlanInput): Promise<Planned> {
  const { device, snapshot, files, id, windowS } = input;
  const owned = ownTables(device);
  const listed = ownTablesOf(snapshot, owned);
  const base = "kind" in listed ? listed : withoutLiveElements(listed);
  const obstacle = whyNotPlanned(device, snapshot, owned) ?? ("kind" in base ? base : null);
  if (obstacle !== null) return obstacle;
  if ("kind" in base) return base;
  const sources = wholeSources(device, snapshot, files);
  if (isSourceProblem(sources)) return refuse(sources.message, sources.help);
  const candidate = await rehearse(input, base, ownScripts(sources, owned));
  if ("kind" in candidate) return candidate;
  const stranger = candidate.find(({ key }) => !owned.includes(key));
  if (stranger !== undefined)
    return refuse(
      `it makes table \`${stranger.key}\`, which is not premortem's`,
      `add \`${stranger.key}: premortem\` under \`managed-by\` of ${device.name}, if it is`,
    );
  const proved = runSources(runningDevice(snapshot).device, sources, owned);
  const doubt = whyUnlike(onlyOwn(proved.result.device, owned), candidate);
  if (doubt !== null)
    return refuse(
      `the kernel makes something else of it than was proved: ${doubt}`,
      "this is a defect of premortem: report it with the file, and load it by hand",
    );
  const live = liveSets(base, candidate);
  const plan: ApplyPlan = {
    id,
    tables: owned,
    base: listingText(base),
    candidate: listingText(withoutLiveElements(candidate)),
    load: transitionScript(base, candidate),
    restore: transitionScript(candidate, base),
    live,
    losses: "kind" in listed ? [] : lossesOf(live, listed),
    windowS,
  };
  return { kind: "planned", plan };
}

function whyNotPlanned(
  { name }: NetworkDevice,
  snapshot: Snapshot,
  owned: readonly string[],
): Refusal | null {
  const writers = foreignWriters(snapshot, owned);
  if (writers.length > 0)
    return refuse(
      `the ruleset of ${name} could not be restored: ${writers.join("; ")}`,
      "load it with the tools of its owners; premortem still proves it and watches it",
    );
  return owned.length > 0
    ? null
    : refuse(
        `premortem owns no table of ${name}`,
        `name those that it may change under \`managed-by\` of ${name}: \`inet filter: premortem\``,
      );
}

/** The own tables of a listing as they can be loaded again, without what live sets hold. */
export function ownListing(
  snapshot: Snapshot,
  owned: readonly string[],
): readonly ListedTable[] | Refusal {
  const listed = ownTablesOf(snapshot, owned);
  return "kind" in listed ? listed : withoutLiveElements(listed);
}

function ownTablesOf(
  snapshot: Snapshot,
  owned: readonly string[],
): readonly ListedTable[] | Refusal {
  const text = partOf(snapshot, "nft");
  const tables = text === null ? null : readListing(text);
  if (tables === null)
    return refuse("what runs on the device is not known", "look at what the login may read");
  const own = tables.filter(({ key }) => owned.includes(key));
  return listingText(withoutLiveElements(own)).includes(REDACTED)
    ? refuse(
        "the ruleset holds what looks like a secret, and is not known whole",
        "take it out of the comments of the ruleset",
      )
    : own;
}

/** Begins a section of what the device's script reads. */
const SECTION = /^=== [a-z]+$/m;

/** Runs the scripts on the device, in an empty namespace that holds the own tables. */
async function rehearse(
  { transport, part }: PlanInput,
  base: readonly ListedTable[],
  scripts: readonly string[],
): Promise<readonly ListedTable[] | Refusal> {
  let state = base;
  for (const script of scripts) {
    if (SECTION.test(script))
      return refuse("a line of the files begins with `===`", "take it out: it is no command");
    const input = partInput({ base: listingText(state), script: `${script}\n` });
    const ran = await transport.run(["sh", part.script, part.state, "rehearse"], { input });
    if (ran.kind === "fault") return refuse(ran.message, ran.help);
    if (ran.code !== 0)
      return refuse(`the device would refuse it: ${firstLine(ran.error)}`, "mend the file");
    const listed = readListing(ran.out);
    if (listed === null)
      return refuse("the rehearsal on the device said nothing that could be read", "try it again");
    state = listed;
  }
  return state;
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}

function onlyOwn(device: Device, owned: readonly string[]): Device {
  return { ...device, tables: device.tables.filter((table) => owned.includes(tableKey(table))) };
}

/** Null: what the kernel lists is what the engine has proved. */
function whyUnlike(proved: Device, listed: readonly ListedTable[]): string | null {
  const files = new Map([["rehearsal", listingText(listed)]]);
  const kernel = readDevice({ files, roots: ["rehearsal"], dialect: "nft" });
  if (kernel.refused.length > 0) return "its listing could not be read";
  const { equal, classes, reasons } = compareDevices(proved, kernel.device);
  if (equal === true) return null;
  return classes[0]?.example ?? reasons[0] ?? "no reason is known";
}
