import { createHash } from "node:crypto";
import { listingWithoutLive } from "../../../operations/change/runningHash.ts";
import { ADDED } from "../../../operations/incident/undo.ts";
import type { Printed } from "../../model.ts";
import { sectionsOf } from "../canonical.ts";
import { done, failed } from "../printed.ts";
import { armedBeside, otherText } from "./apply.ts";
import { AGAIN_MS, EXIT, type Part } from "./part.ts";

/** Attempts to take back what was not kept: where none works, others have changed the same place. */
const BACK_TRIES = 60;

/** Loads a script onto exactly the ruleset that was seen; what is not kept in time is taken back. */
export function send(part: Part, hash: string, seconds: number, input: string): Printed {
  const { kernel, records, time } = part;
  const other = armedBeside(records, null);
  if (other !== null) return failed(EXIT.another, otherText(other));
  const listing = kernel.list({ stateless: true, handles: true, terse: false });
  const now = createHash("sha256").update(listingWithoutLive(listing), "utf8").digest("hex");
  if (now !== hash) return failed(EXIT.changed, "the ruleset changed while it was looked at");
  const sections = sectionsOf(input);
  const before = kernel.ruleset();
  const result = kernel.run(sections.get("script") ?? "");
  if (result.kind === "refused")
    return failed(EXIT.notLoaded, `nft does not take it: ${result.error}`);
  const deletions = kernel
    .addedSince(before)
    .map(
      ({ table, chain, handle }) =>
        `delete rule ${table.family} ${table.name} ${chain} handle ${handle}`,
    );
  const wayBack = (sections.get("inverse") ?? "")
    .split("\n")
    .flatMap((line) => (line === ADDED ? deletions : [line]))
    .join("\n");
  records.guard?.stop();
  const stop = time.after(seconds * AGAIN_MS, () => takeBack(part, BACK_TRIES));
  records.guard = { hash, wayBack, stop };
  return done();
}

/** Tells what was sent onto this ruleset to stay, or to go now. */
export function keepOrBack(part: Part, verb: "keep" | "back", hash: string): Printed {
  const { guard } = part.records;
  if (guard?.hash !== hash) return failed(EXIT.tooLate, "nothing waits to be kept");
  guard.stop();
  if (verb === "keep") part.records.guard = null;
  else takeBack(part, BACK_TRIES);
  return done();
}

function takeBack(part: Part, tries: number): void {
  const { records, kernel, time } = part;
  const { guard } = records;
  if (guard === null) return;
  if (kernel.run(guard.wayBack).kind === "loaded" || tries <= 1) {
    records.guard = null;
    return;
  }
  const stop = time.after(AGAIN_MS, () => takeBack(part, tries - 1));
  records.guard = { ...guard, stop };
}
