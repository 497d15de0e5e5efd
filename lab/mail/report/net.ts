import type { z } from "zod";
import { apply as applyBody, change as changeBody } from "../../../src/server/contract/change.ts";
import type { LoadCount } from "../mailCount.ts";
import type { RulePosition } from "../ruleset.ts";
import { approve, type Change, proposeFatal } from "./changes.ts";
import type { Rig } from "./rig.ts";
import { lostMails, RECOVERY_MS, TOLD_MS, underLoad } from "./scene.ts";
import type { Delivered, Sender } from "./sender.ts";
import type { Heard } from "./server.ts";

/** `override`: two people want it although intents break. `probes`: nobody wrote those intents down. */
export type NetKind = "override" | "probes";

export type Apply = z.infer<typeof applyBody>;

/** A change that was applied, and taken back by itself. Times are milliseconds since loading began. */
export interface NetResult {
  readonly kind: "net";
  readonly by: NetKind;
  readonly position: RulePosition;
  /** What the override gives up; empty: there is none. */
  readonly overridden: readonly string[];
  readonly state: string;
  readonly rolledBackMs: number | null;
  /** When each state was come to, for whoever asks where the time goes. */
  readonly steps: readonly { readonly kind: string; readonly ms: number }[];
  /** A mail that was begun when the rollback was told, and what became of it. */
  readonly delivered: Delivered | null;
  readonly deliveredMs: number | null;
  /** When the mail was begun. */
  readonly sentMs: number | null;
  /** The checks that said no, in words. */
  readonly failed: readonly string[];
  /** Those that said no and were not allowed to count. */
  readonly excused: readonly string[];
  readonly flushed: readonly string[];
  readonly waitsFor: readonly string[];
  readonly load: LoadCount;
  readonly problems: readonly string[];
}

/** The network file without the intents that the rule breaks: only probes can see it then. */
export function withoutBrokenIntents(networkFile: string): string {
  return ["mail-out", "names", "users-database"].reduce(
    (text, id) => text.replace(new RegExp(`^  ${id}:\\n(?:    .*\\n)+`, "m"), ""),
    networkFile,
  );
}

export interface NetOptions {
  readonly position: RulePosition;
  readonly by: NetKind;
  /** Why the same content is applied once more; null: it is the first time. */
  readonly insist: string | null;
}

/** Applies the fatal change, with everything that people have to say to it, and waits for its rollback. */
export async function net(rig: Rig, options: NetOptions): Promise<NetResult> {
  const { position, by } = options;
  const { change, proof } = await proposeFatal(rig, position);
  if (by === "override") await override(rig, change);
  await approve(rig, change);
  const played = await underLoad(rig, (sender) => applyAndWatch(rig, change, options, sender));
  const overridden = by === "override" ? proof.broken.map(({ id }) => id) : [];
  const result = { kind: "net", by, position, overridden, ...played } as const;
  return { ...result, problems: problemsOf(result, proof.broken.length) };
}

/** Milliseconds for which an override holds. */
const OVERRIDE_MS = 3_600_000;

async function override({ server }: Rig, { id }: Change): Promise<void> {
  const path = `/v1/changes/${id}/override`;
  const body = { reason: "printers flood the mail hosts", untilMs: Date.now() + OVERRIDE_MS };
  const { overrideHash } = await server.ask("ana", "POST", path, changeBody, body);
  await server.ask("bob", "POST", `${path}/grant`, changeBody, { overrideHash });
}

async function applyAndWatch(
  { server }: Rig,
  { id }: Change,
  { insist }: NetOptions,
  sender: Sender,
) {
  const beganMs = Date.now();
  const begun = await server.ask("ana", "POST", `/v1/changes/${id}/apply`, applyBody, { insist });
  const isOf = ({ subject }: Heard) => subject === `apply/${begun.id}`;
  const rolledBack = await server.await(
    beganMs,
    (heard) => isOf(heard) && /: (?:rolledBack|confirmed|refused|stuck)$/.test(heard.text),
    TOLD_MS,
  );
  const delivered = rolledBack === null ? null : await sender.send(RECOVERY_MS);
  await server.await(beganMs, (heard) => isOf(heard) && heard.kind === "over", RECOVERY_MS);
  const apply = await server.ask("eva", "GET", `/v1/applies/${begun.id}`, applyBody);
  const loadedMs = momentOf(apply, "loading");
  const sinceLoad = (ms: number | null | undefined) =>
    ms === null || ms === undefined || loadedMs === null ? null : ms - loadedMs;
  const failed = apply.evidence.filter(({ passed, tookMs }) => !passed && tookMs !== null);
  return {
    state: apply.state.kind,
    rolledBackMs: sinceLoad(momentOf(apply, "rolledBack")),
    steps: apply.states.map(({ state, atMs }) => ({
      kind: state.kind,
      ms: atMs - (loadedMs ?? 0),
    })),
    delivered,
    deliveredMs: sinceLoad(delivered?.arrivedMs),
    sentMs: sinceLoad(delivered?.beganMs),
    failed: failed.filter(({ isCounted }) => isCounted).map(evidenceText),
    excused: failed.filter(({ isCounted }) => !isCounted).map(evidenceText),
    flushed: (apply.aftermath?.flushed ?? []).map(
      ({ device, problem }) => `${device}: ${problem ?? "queue flushed"}`,
    ),
    waitsFor: (apply.aftermath?.waitsFor ?? []).map(({ probe, text }) => `${probe}: ${text}`),
  };
}

/** When a state was written down; null: it was never come to. */
function momentOf({ states }: Apply, kind: string): number | null {
  return states.find(({ state }) => state.kind === kind)?.atMs ?? null;
}

function evidenceText({ name, text, tookMs }: Apply["evidence"][number]): string {
  return `${name}: ${text} (${((tookMs ?? 0) / 1000).toFixed(1)} s)`;
}

/** Milliseconds after the load in which a submission that was begun after the rollback arrives. */
export const NET_LIMIT_MS = 5_000;

function problemsOf(result: Omit<NetResult, "problems">, broken: number): readonly string[] {
  const { by, state, failed, overridden, deliveredMs, load } = result;
  const isExcused = (text: string) => overridden.some((id) => text.includes(id));
  return [
    ...(state === "rolledBack" ? [] : [`it came to ${state}`]),
    ...(failed.length > 0 ? [] : ["no check said no"]),
    ...(by === "probes" && broken > 0 ? [`the network file knows ${broken} broken intents`] : []),
    ...failed.filter(isExcused).map((text) => `rolled back by what the override names: ${text}`),
    ...(deliveredMs === null ? ["a mail begun after the rollback did not arrive"] : []),
    ...(deliveredMs !== null && deliveredMs > NET_LIMIT_MS
      ? [
          `a mail begun after the rollback arrived ${(deliveredMs / 1000).toFixed(1)} s after the load`,
        ]
      : []),
    ...lostMails(load),
  ];
}
