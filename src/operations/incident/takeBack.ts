import { createHash } from "node:crypto";
import type { Device } from "../../engine/device/device.ts";
import { compareDevices } from "../../engine/diff/index.ts";
import { isKept } from "../../engine/intents/model.ts";
import { readDevice } from "../../engine/parsers/readDevice.ts";
import { refuse } from "../../platform/refusal.ts";
import type { Transport, TransportFault } from "../../platform/transport/transport.ts";
import {
  type ListedTable,
  readListing,
  withoutLiveElements,
  withRunningElements,
} from "../apply/listing.ts";
import { partInput } from "../apply/partInput.ts";
import { listingText } from "../apply/script.ts";
import { withMovedElements } from "../audit/moving.ts";
import type { OwnWork } from "../audit/who.ts";
import { type Checked, checkAllChanged } from "../change/checkAll.ts";
import { readManagementFlow } from "../change/management.ts";
import type { Refusal } from "../change/model.ts";
import { listingWithoutLive } from "../change/runningHash.ts";
import type { ChangedIntent } from "../inventory/checkChange.ts";
import type { Network, NetworkDevice } from "../inventory/model.ts";
import { pull } from "../inventory/pull.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import { partOf, RULESET_PARTS, type Snapshot, statedIn, withPart } from "../inventory/snapshot.ts";
import { type DifferenceUndo, undoDifference, withoutHandles } from "./undo.ts";

/** What would take a difference back on the device as it is now, proved before it is sent. */
export interface PlannedUndo {
  readonly kind: "planned";
  readonly undo: DifferenceUndo;
  /** The listing with handles that it was made for. */
  readonly listing: string;
  /** Intents that are broken now and hold after it. */
  readonly repairs: readonly string[];
  /** Intents that are broken after it as well: something else breaks them too. */
  readonly stillBroken: readonly string[];
  /** Intents that are undecided after it; none of them holds now. */
  readonly undecided: readonly string[];
}

export interface ToUndo {
  readonly network: Network;
  readonly device: NetworkDevice;
  readonly transport: Transport;
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** Tables of which rules alone may be taken back, as `family name`. */
  readonly isProtected: (table: string) => boolean;
}

/** Says what takes the difference back, and proves on what runs now that it breaks nothing else. */
export async function planUndo(question: ToUndo): Promise<PlannedUndo | Refusal> {
  const { network, device, transport } = question;
  const pulled = await pull(transport, device);
  const listed = await transport.run(["nft", "-a", "-s", "list", "ruleset"]);
  if (pulled.kind !== "pulled" || listed.kind === "fault" || listed.code !== 0)
    return refuse(
      `\`${device.name}\` cannot be read now`,
      "look at the way to it: `premortem status`",
    );
  const { before, after, isProtected } = question;
  const undo = undoDifference(nftOf(before), nftOf(after), listed.out, isProtected);
  const elsewhere = elsewhereOf(question);
  if (elsewhere.length > 0)
    return refuse(
      `the difference is in ${elsewhere.join(" and ")}, and premortem takes back rules of nftables alone`,
      BY_HAND,
    );
  if (undo === null) return refuse("the rules of nftables cannot be told apart", BY_HAND);
  if (undo.kind === "conflict") return refuse(`somebody has changed ${undo.place} since`, BY_HAND);
  if (undo.script === "")
    return refuse("it is not there any more", "look at what runs: `premortem status`");
  const management = await readManagementFlow(transport);
  if (management === null && device.reach.kind === "ssh")
    return refuse(
      `how premortem reaches \`${device.name}\` is not known, so that it might be locked out`,
      "try it again, or mend it on the device",
    );
  const changed = judgeUndo({ network, device, management }, pulled.snapshot, undo.wanted);
  const worse = changed.filter(({ becomes }) => becomes !== "asBefore");
  if (worse.length > 0)
    return refuse(
      `undoing it would break ${worse.map(({ intent }) => intent.id).join(", ")}`,
      BY_HAND,
    );
  const ids = (isMeant: (changed: ChangedIntent) => boolean) =>
    changed.filter(isMeant).map(({ intent }) => intent.id);
  return {
    kind: "planned",
    undo,
    listing: listed.out,
    repairs: ids(({ intent, was }) => isKept(intent.status) && !isKept(was)),
    stillBroken: ids(({ intent }) => intent.status === "broken"),
    undecided: ids(({ intent }) => intent.status === "undecided"),
  };
}

/**
 * What becomes of the intents where `wanted` runs in the place of what is running. Live sets go on holding what
 * they hold: judged as empty they would ban nobody.
 */
export function judgeUndo(
  checked: Checked,
  running: Snapshot,
  wanted: readonly ListedTable[],
): readonly ChangedIntent[] {
  const held = withRunningElements(wanted, readListing(nftOf(running)) ?? []);
  const then = withPart(running, "nft", listingText(held));
  return checkAllChanged(checked, runningDevice(running).device, runningDevice(then).device);
}

const BY_HAND = "look at the difference, and mend it on the device";

const ELSEWHERE = RULESET_PARTS.filter((name) => name !== "nft");

/** Tables and sets that differ, and that nft cannot put back. What bans have moved is nobody's to take back. */
function elsewhereOf({ device, before, after }: ToUndo): readonly string[] {
  const moved = withMovedElements(device, before, after) ?? before;
  return ELSEWHERE.filter((name) => statedIn(moved, name) !== statedIn(after, name));
}

function nftOf(snapshot: Snapshot): string {
  return partOf(snapshot, "nft") ?? "";
}

/** Exit codes of the device's part. */
const CHANGED = 10;
const NOT_LOADED = 12;
const TOO_LATE = 13;
const ANOTHER_ARMED = 15;
const BUSY = 16;

export function refuseWhileApplying(apply: number, device: string): Refusal {
  return refuse(
    `apply ${apply} is being loaded onto \`${device}\``,
    `take it back: \`premortem rollback ${apply}\`; or wait until it is over`,
  );
}

/** What may have been loaded although its end was not seen; of other faults nothing was sent. */
const IN_DOUBT: ReadonlySet<TransportFault["fault"]> = new Set([
  "lost",
  "timedOut",
  "tooMuchOutput",
]);

/** Says from now on whose the differences of a device are, until what it returns is called. */
export type Attribute = (device: string, work: OwnWork) => () => void;

/** Whose a send is, and who is told of it while it lasts. */
interface Sender {
  readonly device: string;
  /** The device's part comes along whole: a full disk must not keep an undo from it. */
  readonly part: { readonly text: string; readonly folder: string };
  readonly work: OwnWork;
  readonly attribute: Attribute;
  readonly pause: (ms: number) => Promise<unknown>;
}

type Way = Pick<Transport, "run" | "knock">;

/** Milliseconds that a new connection may take: a device that answers needs a tenth. */
const KNOCK_MS = 3_500;

/** Seconds after which a device takes back by itself what it was not told to keep: one knock, and room. */
const KEEP_S = 15;

/**
 * Sends a planned undo in one transaction, comes in anew, and only then tells the device to keep it: where
 * nothing comes in any more, or premortem itself ends, the device puts back what was there.
 */
export async function sendUndo(
  transport: Way,
  planned: PlannedUndo,
  sender: Sender,
): Promise<"done" | Refusal> {
  const end = sender.attribute(sender.device, sender.work);
  try {
    const couldEnter = (await transport.knock(KNOCK_MS)) === null;
    const told = await sendAlone(transport, planned, sender);
    if (typeof told !== "string") return told;
    const fault = couldEnter ? await transport.knock(KNOCK_MS) : null;
    if (fault !== null) return await takeBack(transport, planned, sender, fault);
    const said = (await keep(transport, planned, sender)) ?? told;
    const seen = await readBack(transport, planned.undo.wanted, said);
    return seen === "another"
      ? refuse(`what runs now is not what was proved: ${said}`, BY_HAND)
      : seen;
  } finally {
    end();
  }
}

/** Milliseconds before a device that did not hear what it was told is told once more. */
const AGAIN_MS = 1_000;

/**
 * Tells the device to keep it until it has heard, or until what was not kept is taken back: only then what runs is
 * what stays. Null: it was told; otherwise why not, in words.
 */
async function keep(transport: Way, planned: PlannedUndo, sender: Sender): Promise<string | null> {
  let told: Told = { isHeard: false, problem: null };
  for (let pausedMs = 0; pausedMs <= KEEP_S * 1_000; pausedMs += AGAIN_MS) {
    told = await tellGuard(transport, planned, sender, "keep");
    if (told.isHeard) return told.problem;
    await sender.pause(AGAIN_MS);
  }
  return told.problem;
}

/** The undo lets nobody in any more who came in before. The device may have been faster. */
async function takeBack(
  transport: Way,
  planned: PlannedUndo,
  sender: Sender,
  fault: TransportFault,
): Promise<Refusal> {
  const why = `no new connection is let in since it was loaded (${fault.message})`;
  const { problem: told } = await tellGuard(transport, planned, sender, "back");
  const before = readListing(planned.listing)?.map(withoutHandles) ?? [];
  const seen = await readBack(transport, before, told ?? "the device has taken it back");
  if (seen === "done") return refuse(`${why}, so it was taken back`, BY_HAND);
  return seen === "another"
    ? refuse(
        `${why}, and what runs now is not what ran before: ${told ?? "others came in between"}`,
        LOOK,
      )
    : refuse(`${why}; ${seen.reason}`, seen.help);
}

/** What came of telling the device; a problem is told in words. */
interface Told {
  /** False: it may not know, or is not done with it. */
  readonly isHeard: boolean;
  readonly problem: string | null;
}

async function tellGuard(
  transport: Way,
  { listing }: PlannedUndo,
  { part }: Sender,
  verb: "keep" | "back",
): Promise<Told> {
  const ran = await transport.run(partWords(part, verb, hashOf(listing)));
  if (ran.kind === "fault") {
    const problem = `${ran.message}; what is not kept is taken back ${KEEP_S} s after it was loaded`;
    return { isHeard: false, problem };
  }
  if (ran.code === 0) return { isHeard: true, problem: null };
  /* Nothing waits any more: it was taken back, or its guard was ended. */
  const isHeard = ran.code === TOO_LATE;
  return { isHeard, problem: `the device was told to ${verb} it: ${ran.error.trim()}` };
}

function partWords({ text, folder }: Sender["part"], ...words: readonly string[]) {
  return ["sh", "-c", text, "premortem-device", folder, ...words];
}

function hashOf(listing: string): string {
  return createHash("sha256").update(listingWithoutLive(listing), "utf8").digest("hex");
}

/** What is known of a send that may have loaded, in words; or why it did not. */
async function sendAlone(
  transport: Way,
  { undo, listing }: PlannedUndo,
  { device, part }: Sender,
): Promise<string | Refusal> {
  const input = partInput({ script: undo.script, inverse: undo.inverse });
  const words = partWords(part, "send", hashOf(listing), String(KEEP_S));
  const ran = await transport.run(words, { input });
  if (ran.kind === "fault")
    return IN_DOUBT.has(ran.fault) ? ran.message : refuse(ran.message, ran.help);
  if (ran.code === null) return "nft was ended by a signal";
  if (ran.code === CHANGED)
    return refuse("the ruleset changed while it was looked at", "try it again");
  if (ran.code === BUSY)
    return refuse(`something is being loaded onto \`${device}\``, "try it again");
  if (ran.code === ANOTHER_ARMED)
    return refuse(
      `on \`${device}\`, ${ran.error.trim()}`,
      "take it back where it was begun, or wait: the device restores by itself",
    );
  if (ran.code === NOT_LOADED) return refuse(ran.error.trim(), BY_HAND);
  return ran.code === 0 ? "nft has loaded it" : `the device said: ${ran.error.trim()}`;
}

/** Reads once whether these tables run; `said` is all that is known where that cannot be done. */
async function readBack(
  transport: Way,
  wanted: readonly ListedTable[],
  said: string,
): Promise<"done" | "another" | Refusal> {
  const read = await transport.run(["nft", "-s", "list", "ruleset"]);
  if (read.kind === "fault" || read.code !== 0) {
    const why = read.kind === "fault" ? read.message : read.error.trim();
    return refuse(`it is not known what runs: ${said}; then it could not be read: ${why}`, LOOK);
  }
  return isWanted(read.out, wanted) ? "done" : "another";
}

const LOOK = "look at what runs: `premortem pull`";

/** nft prints some rules otherwise once they are loaded again: what differs in words may mean the same. */
function isWanted(listing: string, wanted: readonly ListedTable[]): boolean {
  const tables = readListing(listing);
  if (tables === null) return false;
  const [now, then] = [tables, wanted].map((all) => listingText(sorted(withoutLiveElements(all))));
  return now === then || compareDevices(deviceOf(now), deviceOf(then)).equal === true;
}

function sorted(tables: readonly ListedTable[]): readonly ListedTable[] {
  return [...tables].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function deviceOf(listing = ""): Device {
  return readDevice({ files: new Map([["nft", listing]]), roots: ["nft"] }).device;
}

/** What an undo did, for the timeline. */
export function undoneText(
  { undo, repairs, stillBroken }: PlannedUndo,
  removed: readonly string[],
  restored: readonly string[],
): string {
  const rules = [...removed.map((rule) => `- ${rule}`), ...restored.map((rule) => `+ ${rule}`)];
  const proved = repairs.length === 0 ? "" : `; proved to restore ${repairs.join(", ")}`;
  const left = stillBroken.length === 0 ? "" : `; still broken: ${stillBroken.join(", ")}`;
  const lost = undo.losses.map((loss) => `; ${loss}`).join("");
  return `${rules.join("; ") || "tables as they were before"}${proved}${left}${lost}`;
}
