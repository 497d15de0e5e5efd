import type { Device } from "../../engine/device/device.ts";
import { type Refusal, refuse } from "../../platform/refusal.ts";
import type { NetworkDevice } from "../inventory/model.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import { runSources } from "./candidate.ts";
import { loadingOf } from "./loading.ts";
import type { Change } from "./model.ts";
import { ownTables } from "./ownTables.ts";
import { isSourceProblem, wholeSources } from "./sources.ts";

export interface CandidateQuestion {
  readonly id: number;
  readonly device: NetworkDevice;
  /** What runs there. */
  readonly snapshot: Snapshot;
  /** Of all source files: more would be read for too long. */
  readonly maximumCharacters: number;
}

/** What is needed of changes. */
export interface KnownChanges {
  get(id: number): Promise<{ readonly change: Pick<Change, "device" | "files"> } | Refusal>;
}

/** The rules that would run, were a change loaded on a device as it was read. */
export async function candidateRules(
  changes: KnownChanges,
  { id, device, snapshot, maximumCharacters }: CandidateQuestion,
): Promise<Device | Refusal> {
  const found = await changes.get(id);
  if ("reason" in found) return found;
  const { device: its, files } = found.change;
  if (its !== device.name)
    return refuse(`change ${id} is of \`${its}\`, not of \`${device.name}\``, `ask \`${its}\``);
  const sources = wholeSources(device, snapshot, files);
  if (isSourceProblem(sources)) return refuse(`change ${id}: ${sources.message}`, sources.help);
  const characters = [...sources.files.values()].reduce((all, text) => all + text.length, 0);
  if (characters > maximumCharacters)
    return refuse(
      `the files of change ${id} have more than ${maximumCharacters} characters`,
      "ask where they lie: `premortem trace FILE PACKET`",
    );
  const candidate = runSources(runningDevice(snapshot).device, sources, ownTables(device));
  const [obstacle] = loadingOf(device, candidate).obstacles;
  if (obstacle === undefined) return candidate.device;
  return refuse(`change ${id} would not load on ${device.name}: ${obstacle}`, "edit the change");
}
