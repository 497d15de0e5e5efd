import { asFarAsRead, isReadWhole, meaningOf } from "../../audit/meaning.ts";
import type { SeenDifference } from "../../audit/model.ts";
import { toldRules } from "../../audit/told.ts";
import type { Who } from "../../audit/who.ts";
import type { Network } from "../../inventory/model.ts";
import { runningDevice } from "../../inventory/runningDevice.ts";
import { changedParts, makeSnapshot, type Snapshot } from "../../inventory/snapshot.ts";
import { explain, type ToExplain } from "../explain.ts";
import type { IncidentCause, Symptom } from "../model.ts";
import { Proofs } from "../proofs.ts";
import { exampleNetwork } from "./openDesk.ts";

const HOOK = "type filter hook forward priority filter; policy accept;";

/** A firewall of the example's network that lets everything pass but for these rules, as nft lists it. */
export function firewall(...rules: readonly string[]): Snapshot {
  return listed(
    `table inet edge {\n\tchain forward {\n${[HOOK, ...rules].map((rule) => `\t\t${rule}\n`).join("")}\t}\n}\n`,
  );
}

/** What `nft -s list ruleset` said on the example's firewall. */
export function listed(text: string): Snapshot {
  return makeSnapshot("edge", [{ name: "nft", text }]);
}

/** What `login` did at a moment, after which this ran. */
export function deed(atMs: number, login: string, running: Snapshot): Deed {
  const logins = [{ login, from: "10.10.1.9", person: login }];
  return { atMs, running, by: { kind: "likely", logins, process: "nft" } };
}

/** What somebody did, and when. */
export interface Deed {
  readonly atMs: number;
  readonly by: Who;
  readonly running: Snapshot;
}

/** Differences as the audit tells them, each of which begins with what the one before has left. */
export function differencesOf(
  network: Network,
  base: Snapshot,
  deeds: readonly Deed[],
): readonly SeenDifference[] {
  return deeds.map(({ atMs, by, running }, place) => {
    const before = deeds[place - 1]?.running ?? base;
    const [first, second] = [runningDevice(before), runningDevice(running)];
    const meaning = meaningOf(network, "edge", first.device, second.device);
    const { kind } = asFarAsRead(meaning, isReadWhole(first) && isReadWhole(second));
    return {
      id: place + 1,
      device: "edge",
      atMs,
      sinceMs: null,
      isPolled: false,
      parts: changedParts(before, running),
      before: before.hash,
      after: running.hash,
      meaning: kind,
      broken: meaning.broken.map(({ id }) => id),
      repaired: meaning.repaired,
      doubtful: meaning.doubtful,
      ...toldRules(before, running),
      by,
    };
  });
}

/** What is said of these symptoms after these deeds; all of them hurt still unless it is said otherwise. */
export function explainDeeds(
  deeds: readonly Deed[],
  symptoms: readonly Symptom[],
  given: Partial<ToExplain> = {},
  base: Snapshot = firewall(),
): Promise<IncidentCause> {
  const network = exampleNetwork();
  const snapshots = new Map(
    [base, ...deeds.map(({ running }) => running)].map((one) => [one.hash, one]),
  );
  return explain({
    network,
    differences: differencesOf(network, base, deeds),
    symptoms,
    waiting: symptoms,
    wellness: [],
    notSeen: [],
    known: null,
    snapshotOf: async (hash) => snapshots.get(hash) ?? null,
    proofs: new Proofs(),
    ...given,
  });
}
