import type { CheckedIntent } from "../../engine/answer/check.ts";
import type { Device } from "../../engine/device/device.ts";
import { type Loss, lossesOf } from "../../engine/diff/losses.ts";
import type { Intent } from "../../engine/intents/model.ts";

/** What becomes of an intent when a device changes. */
export interface ChangedIntent {
  /** As it is after. */
  readonly intent: CheckedIntent;
  readonly was: CheckedIntent["status"];
  /**
   * `breaks`: proved that connections break that were possible, or begin that were not. `mayBreak`: not
   * proved that none do. `asBefore`: no more fails than before.
   */
  readonly becomes: "breaks" | "mayBreak" | "asBefore";
}

/** One state of a device, with what was found of its intents. */
export interface CheckedState {
  readonly device: Device;
  readonly intents: readonly CheckedIntent[];
}

/**
 * Says what becomes of each intent. What is broken, or undecided, on both sides is asked for its packets:
 * the word is the same for one host that is cut and for all of them.
 */
export function checkChange(
  before: CheckedState,
  after: CheckedState,
  planned: ReadonlyMap<string, Intent>,
): readonly ChangedIntent[] {
  const first = new Map(before.intents.map(({ id, status }) => [id, status]));
  const was = (id: string) => first.get(id) ?? "undecided";
  const asked = after.intents.flatMap(({ id, status }) => {
    const intent = planned.get(id);
    const isAsked = status !== "holds" && was(id) !== "holds" && intent !== undefined;
    return isAsked && !(status === "broken" && was(id) === "undecided") ? [{ id, intent }] : [];
  });
  const losses = lossesOf(
    before.device,
    after.device,
    asked.map(({ intent }) => intent),
  );
  const lossOf = new Map(asked.map(({ id }, place) => [id, losses[place] ?? "unknown"]));
  return after.intents.map((intent) => {
    const { id, status } = intent;
    return { intent, was: was(id), becomes: becomes(was(id), status, lossOf.get(id) ?? "none") };
  });
}

type Status = CheckedIntent["status"];

function becomes(was: Status, is: Status, loss: Loss): ChangedIntent["becomes"] {
  if (is === "holds") return "asBefore";
  if (is === "broken") {
    if (was !== "broken" || loss === "some") return "breaks";
    return loss === "none" ? "asBefore" : "mayBreak";
  }
  return was === "holds" || loss !== "none" ? "mayBreak" : "asBefore";
}
