import type { CheckedIntent } from "../../engine/answer/check.ts";
import { answerDiff } from "../../engine/answer/diff.ts";
import { PROOF_FORMAT_VERSION, type ProofAnswer } from "../../engine/answer/proof.ts";
import type { Device } from "../../engine/device/device.ts";
import { compareDevices, type Difference } from "../../engine/diff/index.ts";
import { isKept } from "../../engine/intents/model.ts";
import type { DeviceResult } from "../../engine/parsers/readDevice.ts";
import type { ChangedIntent } from "../inventory/checkChange.ts";
import type { Network, NetworkDevice } from "../inventory/model.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import { partOf, type Snapshot } from "../inventory/snapshot.ts";
import { type Candidate, runSources, tableKey } from "./candidate.ts";
import { checkAllChanged } from "./checkAll.ts";
import { contentHashOf } from "./content.ts";
import { editedLines } from "./edits.ts";
import { loadingOf } from "./loading.ts";
import type { ManagementFlow } from "./management.ts";
import type { Proof, SourceFiles } from "./model.ts";
import { withMoved } from "./moved.ts";
import { networkHashOf } from "./networkHash.ts";
import { ownTables } from "./ownTables.ts";
import { runningHashOf } from "./runningHash.ts";
import { flushesAll, isSourceProblem, type Sources, wholeSources } from "./sources.ts";

export interface ProveInput {
  readonly network: Network;
  readonly device: NetworkDevice;
  /** The device as it runs. */
  readonly snapshot: Snapshot;
  /** What could not be read of it, in words. */
  readonly notSeen: readonly string[];
  /** The edited source files; the others stay as the snapshot has them. */
  readonly files: SourceFiles;
  /** Null: premortem does not come over the network. */
  readonly management: ManagementFlow | null;
}

/** What the edited files would do: for all packets, and for every intent, on the running state. */
export function proveChange(input: ProveInput): ProofAnswer {
  const { device, snapshot, files } = input;
  const sources = wholeSources(device, snapshot, files);
  const blank = emptyAnswer(input);
  if (isSourceProblem(sources))
    return { ...blank, reasons: [`${sources.message}: ${sources.help}`] };
  const running = runningDevice(snapshot);
  const candidate = runSources(running.device, sources, ownTables(device));
  const { findings, obstacles } = loadingOf(device, candidate);
  const known = { ...blank, findings, edits: editsOf(input), kept: keptTables(input, sources) };
  if (obstacles.length > 0) return { ...known, reasons: obstacles };
  return { ...known, ...judged(input, running, candidate) };
}

/** What the life of a change needs of it. */
export function toProof(answer: ProofAnswer): Proof {
  const { contentHash, runningHash, networkHash, loads, isComplete, reasons } = answer;
  const { broken, brokenBefore, undecided } = answer;
  const idsOf = (intents: readonly CheckedIntent[]) => intents.map(({ id }) => id);
  return {
    contentHash,
    runningHash,
    networkHash,
    loads,
    isComplete,
    reasons,
    brokenCritical: idsOf(broken.filter(({ critical }) => critical)),
    broken: idsOf(broken.filter(({ critical }) => !critical)),
    brokenBefore: idsOf(brokenBefore),
    undecidedCritical: idsOf(undecided.filter(({ critical }) => critical)),
    undecided: idsOf(undecided.filter(({ critical }) => !critical)),
  };
}

function emptyAnswer({ network, device, snapshot, files }: ProveInput): ProofAnswer {
  return {
    formatVersion: PROOF_FORMAT_VERSION,
    device: device.name,
    contentHash: contentHashOf(files),
    runningHash: runningHashOf(device, snapshot),
    networkHash: networkHashOf(network, device),
    loads: false,
    isComplete: false,
    reasons: [],
    edits: [],
    findings: [],
    kept: [],
    notLoaded: [],
    broken: [],
    brokenBefore: [],
    repaired: [],
    undecided: [],
    holding: 0,
    diff: null,
  };
}

function editsOf({ snapshot, files }: ProveInput): ProofAnswer["edits"] {
  return [...files].flatMap(([path, text]) => {
    const before = partOf(snapshot, path) ?? "";
    return editedLines(path, before, text);
  });
}

/** A flush of everything would take these too; it is read as one of the own tables. */
function keptTables({ device, snapshot }: ProveInput, { files }: Sources): ProofAnswer["kept"] {
  if (![...files.values()].some(flushesAll)) return [];
  const { device: running } = runningDevice(snapshot);
  return running.tables
    .filter((table) => table.origin === "nft" && device.owners.get(tableKey(table)) !== "premortem")
    .map((table) => ({
      table: tableKey(table),
      owner: device.owners.get(tableKey(table)) ?? null,
    }));
}

type Judged = Pick<
  ProofAnswer,
  | "loads"
  | "isComplete"
  | "reasons"
  | "notLoaded"
  | "broken"
  | "brokenBefore"
  | "repaired"
  | "undecided"
  | "holding"
  | "diff"
>;

function judged(input: ProveInput, running: DeviceResult, candidate: Candidate): Judged {
  const difference = compareDevices(running.device, candidate.device);
  const changed = withMoved(
    input,
    [running.device, candidate.device],
    difference,
    changedIntents(input, running.device, candidate),
  );
  const after = changed.map(told);
  const broken = changed.filter(({ intent }) => intent.status === "broken");
  const brokenThat = (wanted: ChangedIntent["becomes"]) =>
    broken.filter(({ becomes }) => becomes === wanted).map(({ intent }) => intent);
  const reasons = whyIncomplete(input, running, candidate.result, difference);
  const isRepaired = ({ intent, was }: ChangedIntent) => isKept(intent.status) && was === "broken";
  return {
    loads: true,
    isComplete: reasons.length === 0,
    reasons,
    notLoaded: candidate.differing.filter(({ hasNew }) => hasNew).map(({ name }) => name),
    broken: brokenThat("breaks"),
    brokenBefore: brokenThat("asBefore"),
    repaired: changed.filter(isRepaired).map(({ intent }) => intent.id),
    undecided: after.filter(({ status }) => status === "undecided"),
    holding: after.filter(({ status }) => isKept(status)).length,
    diff: answerDiff(difference, {
      before: running.coverage,
      after: candidate.result.coverage,
    }),
  };
}

/** Apply keeps what live sets hold, and the next start loads what the files say: the worse of both counts. */
function changedIntents(
  input: ProveInput,
  running: Device,
  { device, result, differing }: Candidate,
): readonly ChangedIntent[] {
  const loaded = checkAllChanged(input, running, device);
  if (differing.length === 0) return loaded;
  const started = checkAllChanged(input, running, result.device);
  return loaded.map((one, place) => {
    const other = started[place];
    return other !== undefined && badness(other) > badness(one) ? other : one;
  });
}

const BADNESS = {
  ...{ asBefore: 0, mayBreak: 4, breaks: 8 },
  ...{ holds: 0, "holds, except": 1, undecided: 2, broken: 3 },
} as const;

function badness({ intent, becomes }: ChangedIntent): number {
  return BADNESS[becomes] + BADNESS[intent.status];
}

/**
 * What is broken already, and perhaps more of it then, is for a person to accept like all that is undecided; and
 * so is what gets a limit that it did not have.
 */
function told({ intent, becomes }: ChangedIntent): CheckedIntent {
  if (becomes !== "mayBreak" || intent.status === "holds") return intent;
  const reason = TOLD_REASON[intent.status];
  if (reason === null) return intent;
  return { ...intent, status: "undecided", reasons: [...intent.reasons, reason] };
}

const TOLD_REASON = {
  broken: "it is broken already, and it is not proved that no more of it breaks",
  "holds, except": "it holds with limits, and it is not proved that it had them before",
  undecided: null,
} as const;

function whyIncomplete(
  { notSeen }: ProveInput,
  running: DeviceResult,
  candidate: DeviceResult,
  { reasons, effects, truncated }: Difference,
): readonly string[] {
  const unread = (coverage: DeviceResult["coverage"], what: string) =>
    coverage.notUnderstood === 0
      ? []
      : [`${coverage.notUnderstood} lines of ${what} are not understood`];
  return [
    ...notSeen.map((one) => `not seen on the device: ${one}`),
    ...running.refused.map((part) => `what runs could not be read whole: ${part}`),
    ...unread(running.coverage, "what runs"),
    ...unread(candidate.coverage, "the source files"),
    ...reasons.filter((reason) => !effects.includes(reason)),
    ...(truncated === 0 ? [] : [`${truncated} further classes of packets were not told`]),
  ];
}
