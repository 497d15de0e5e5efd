import { answerLint } from "../../engine/answer/lint.ts";
import type { ProofAnswer } from "../../engine/answer/proof.ts";
import type { Device } from "../../engine/device/device.ts";
import { type Refusal, refuse } from "../../platform/refusal.ts";
import type { NetworkDevice } from "../inventory/model.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import { type Candidate, runSources } from "./candidate.ts";
import type { SourceFiles } from "./model.ts";
import { ownTables } from "./ownTables.ts";
import { isSourceProblem, wholeSources } from "./sources.ts";

/** What stands out in the files of a candidate, and why they would not load: no reason, they do. */
export interface Loading {
  readonly findings: ProofAnswer["findings"];
  readonly obstacles: readonly string[];
}

export function loadingOf(device: NetworkDevice, candidate: Candidate): Loading {
  const { diagnostics, coverage } = candidate.result;
  const { findings } = answerLint({ diagnostics, coverage });
  const mistakes = findings.filter(({ severity }) => severity === "error").map(mistakeText);
  const refused = whyNotLoaded(device, candidate);
  return { findings, obstacles: refused.length > 0 ? refused : mistakes };
}

/** The rules that would run, were the edited files loaded on a device as it was read. */
export function deviceWith(
  device: NetworkDevice,
  snapshot: Snapshot,
  files: SourceFiles,
): Device | Refusal {
  const sources = wholeSources(device, snapshot, files);
  if (isSourceProblem(sources)) return refuse(sources.message, sources.help);
  const candidate = runSources(runningDevice(snapshot).device, sources, ownTables(device));
  const [obstacle] = loadingOf(device, candidate).obstacles;
  if (obstacle === undefined) return candidate.device;
  return refuse(`its files would not load on ${device.name}: ${obstacle}`, "edit the change");
}

/** Such as a file that is included and was not read: what it holds may be anything. */
function mistakeText({ file, line, message, help }: ProofAnswer["findings"][number]): string {
  const place = file === null ? "" : `${file}:${line}: `;
  return `${place}${message}${help === "" ? "" : `: ${help}`}`;
}

function whyNotLoaded(
  { name, owners }: NetworkDevice,
  { result, touched }: Candidate,
): readonly string[] {
  const refused = result.refused.map((file) => `\`${file}\` would not load: mend its errors`);
  const strange = [...result.dialects].flatMap(([file, dialect]) =>
    dialect === "nft" ? [] : [`\`${file}\` is no script of nft: only those are applied`],
  );
  const foreign = touched.map((key) => {
    const owner = owners.get(key);
    return owner === undefined
      ? `it writes to \`${key}\`, which belongs to nobody known: if it is premortem's, add \`${key}: premortem\` under \`managed-by\` of ${name}`
      : `it writes to \`${key}\`, which belongs to ${owner}: change it there`;
  });
  return [...refused, ...strange, ...foreign];
}
