import type { Ran, Transport, TransportFault } from "../../platform/transport/transport.ts";
import { redact } from "../inventory/redact.ts";
import type { LiveSets } from "./liveSets.ts";
import type {
  ApplyEnd,
  ApplyEvent,
  ApplyState,
  Command,
  Marker,
  RefusalReason,
  Running,
} from "./model.ts";
import { partInput } from "./partInput.ts";
import { actionOf, isOver, resume, step } from "./transition.ts";

/** What a person saw and approved, ready for the device: it never changes once it is planned. */
export interface ApplyPlan {
  /** Counts up for each device: an older apply can do nothing any more. */
  readonly id: number;
  /** Own tables, as `family name`. */
  readonly tables: readonly string[];
  /** Listings of the own tables, without what live sets hold. */
  readonly base: string;
  readonly candidate: string;
  /** Scripts from one to the other, and back. */
  readonly load: string;
  readonly restore: string;
  /** Sets that are made anew on the way, and what becomes of what they hold by then. */
  readonly live: LiveSets;
  /** What the load loses, in words; empty: nothing. */
  readonly losses: readonly string[];
  /** Seconds until the device restores by itself. */
  readonly windowS: number;
}

/** Where the device keeps its part: the script, and its records. */
export interface DevicePart {
  readonly script: string;
  readonly state: string;
}

/** States, in the order in which they came; what is written is there after a crash. */
export interface Journal {
  read(): Promise<ApplyState | null>;
  write(state: ApplyState): Promise<void>;
}

export interface ApplyRun {
  readonly transport: Pick<Transport, "run">;
  readonly device: DevicePart;
  readonly plan: ApplyPlan;
  readonly journal: Journal;
  /** Read-back, intents, a new connection, the probes that were green: whether it may stay. */
  readonly check: (stop: AbortSignal) => Promise<boolean>;
  /** Somebody wants it back; from then on nothing else is done. */
  readonly asked: AbortSignal;
  /** The time of the plan is over: nothing is begun with it any more. */
  readonly isLate: () => boolean;
  /** Waits before a device that cannot be reached is asked again. */
  readonly pause: () => Promise<void>;
  /** Why nobody knows, each time; null: what the device has answered brings the apply on. */
  readonly heard: (silence: Silence | null) => Promise<void>;
}

/** Why nobody knows how it stands on the device. */
export interface Silence extends Pick<TransportFault, "message" | "help"> {
  /** The device does not answer; or it does, and what it was to do broke off there. */
  readonly kind: "unheard" | "commandFailed";
}

/** Times that a device is asked again before the apply is left to its dead-man and to a person. */
export const MAXIMUM_LOSSES = 100;

/**
 * Brings an apply to its end, from wherever its journal stands. Null: the device cannot be reached; its
 * dead-man restores, and whoever runs this again reads what came of it.
 */
export async function runApply(run: ApplyRun): Promise<ApplyEnd | null> {
  const written = await run.journal.read();
  let state: ApplyState = written === null ? { kind: "planned" } : resume(written);
  const done = new Set<Command>();
  for (let losses = 0; !isOver(state); ) {
    let next = run.asked.aborted ? step(state, { kind: "rollbackAsked" }) : state;
    if (run.isLate()) next = step(next, { kind: "late" });
    if (next === state) {
      const event = await perform(run, state);
      /* Checks that were broken off say nothing: the person does. */
      if (event.kind === "checked" && run.asked.aborted) continue;
      if (event.kind === "lost" || isTriedAgain(event) || isDoneAgain(event, done)) {
        if (++losses > MAXIMUM_LOSSES) return null;
        await run.pause();
      }
      next = step(state, event);
      if (isAnswer(event) && next.kind !== state.kind) await run.heard(null);
    }
    if (next !== state) await run.journal.write(next);
    state = next;
  }
  return state;
}

/** Where a command breaks off each time, every look in between is answered: that alone does not end it. */
function isAnswer({ kind }: ApplyEvent): boolean {
  return kind === "done" || kind === "notDone" || kind === "seen";
}

/** Only these are asked for again when the device says that it could not. */
function isTriedAgain(event: ApplyEvent): boolean {
  return event.kind === "notDone" && (event.command === "restore" || event.command === "confirm");
}

/** Each is done once: a device that says it twice has not done what it said. */
function isDoneAgain(event: ApplyEvent, done: Set<Command>): boolean {
  if (event.kind !== "done") return false;
  const isAgain = done.has(event.command);
  done.add(event.command);
  return isAgain;
}

async function perform(run: ApplyRun, state: ApplyState): Promise<ApplyEvent> {
  const action = actionOf(state);
  switch (action.kind) {
    case "rest":
      return { kind: "begun" };
    case "check":
      return { kind: "checked", passed: await run.check(run.asked) };
    case "look":
      return look(run);
    case "send":
      return send(run, action.command);
  }
}

/** Exit codes of the device's script. */
const REASONS: ReadonlyMap<number, RefusalReason> = new Map([
  [10, "changedSincePlanned"],
  [11, "cannotRestore"],
  [12, "notLoaded"],
  [13, "tooLate"],
  [14, "superseded"],
  [15, "anotherArmed"],
]);

async function send(run: ApplyRun, command: Command): Promise<ApplyEvent> {
  const { windowS } = run.plan;
  const isArm = command === "arm";
  const said = await ask(
    run,
    command,
    isArm ? [String(windowS)] : [],
    isArm ? armInput(run.plan) : "",
  );
  if (said === null) return { kind: "lost" };
  if (said.code === 0) return { kind: "done", command };
  const reason = said.code === null ? undefined : REASONS.get(said.code);
  if (reason !== undefined) {
    const words = wordsOf(said);
    return { kind: "notDone", command, reason, ...(words === "" ? {} : { said: words }) };
  }
  /* Anything else is a defect of the script, or of its shell: what happened is looked at. */
  await run.heard(commandFailed(brokenOff(command, said)));
  return { kind: "lost" };
}

/** Lines and characters that are kept of what a command said: nft quotes the rule that it does not take. */
const SAID_LINES = 4;
const SAID_CHARACTERS = 600;

function wordsOf({ error }: Ran): string {
  return redact(error).trim().split("\n").slice(-SAID_LINES).join("\n").slice(-SAID_CHARACTERS);
}

const LOOK_THERE = "look at what the device was doing: it is asked again what came of it";

function commandFailed(message: string): Silence {
  return { kind: "commandFailed", message, help: LOOK_THERE };
}

function brokenOff(command: Command | "look", { code, error }: Ran): string {
  const how = code === null ? "was ended by a signal" : `ended with ${code}`;
  const said = error.trim().split("\n").at(-1) ?? "";
  return `\`${command}\` ${how} on the device${said === "" ? "" : `: ${said}`}`;
}

async function look({ transport, device, plan, heard }: ApplyRun): Promise<ApplyEvent> {
  const found = await askFor(transport, device, plan.id);
  if ("marker" in found) return { kind: "seen", ...found };
  await heard(found);
  return { kind: "lost" };
}

/** What a device has on record of an apply, and what runs there. */
export interface Seen {
  readonly marker: Marker;
  readonly running: Running;
}

/** A text: it could not be seen, and why. */
export async function lookAt(
  transport: Pick<Transport, "run">,
  part: DevicePart,
  id: number,
): Promise<Seen | string> {
  const found = await askFor(transport, part, id);
  return "marker" in found ? found : found.message;
}

async function askFor(
  transport: Pick<Transport, "run">,
  { script, state }: DevicePart,
  id: number,
): Promise<Seen | Silence> {
  const ran = await transport.run(["sh", script, state, "look", String(id)]);
  if (ran.kind === "fault") return unheard(ran);
  if (ran.code !== 0) return commandFailed(brokenOff("look", ran));
  return seen(ran.out) ?? commandFailed(`\`look\` on the device said: ${ran.out.trim()}`);
}

/** Whether what was loaded runs, and its dead-man is armed still. A text: it could not be seen, and why. */
export async function isCandidateRunning(
  transport: Pick<Transport, "run">,
  part: DevicePart,
  id: number,
): Promise<boolean | string> {
  const seen = await lookAt(transport, part, id);
  return typeof seen === "string" ? seen : seen.marker === "armed" && seen.running === "candidate";
}

const MARKERS: readonly Marker[] = [
  "none",
  "armed",
  "confirmed",
  "restoring",
  "restored",
  "superseded",
];
const RUNNING: readonly Running[] = ["previous", "candidate", "other"];

/** `MARKER RUNNING`, as the device's script prints it; null: it is something else. */
function seen(text: string): Seen | null {
  const [first, second, ...rest] = text.trim().split(" ");
  const marker = MARKERS.find((one) => one === first);
  const running = RUNNING.find((one) => one === second);
  if (marker === undefined || running === undefined || rest.length > 0) return null;
  return { marker, running };
}

/** Null: nobody knows whether it ran. */
async function ask(
  { transport, device, plan, heard }: ApplyRun,
  verb: string,
  more: readonly string[],
  input: string,
): Promise<Ran | null> {
  const words = ["sh", device.script, device.state, verb, String(plan.id), ...more];
  const ran = await transport.run(words, { input });
  if (ran.kind !== "fault") return ran;
  await heard(unheard(ran));
  return null;
}

function unheard({ message, help }: TransportFault): Silence {
  return { kind: "unheard", message, help };
}

/** What `arm` reads. */
export function armInput(plan: Omit<ApplyPlan, "id" | "windowS" | "losses">): string {
  const { tables, base, candidate, load, restore, live } = plan;
  return partInput({
    tables: linesOf(tables),
    base,
    candidate,
    load,
    restore,
    live: linesOf(live.all),
    carried: linesOf(live.carried),
    lost: linesOf(live.lost),
    refilled: linesOf(live.refilled),
  });
}

function linesOf(names: readonly string[]): string {
  return names.map((name) => `${name}\n`).join("");
}
