import type { Device } from "../device/device.ts";
import { lossesOf } from "../diff/losses.ts";
import { judgeIntent } from "../intents/judge.ts";
import { type IntentAnswer, type IntentStatus, isKept } from "../intents/model.ts";
import { openJudge } from "../intents/openJudge.ts";
import { readDevice } from "../parsers/readDevice.ts";
import type { AskedIntent, ReadFiles, RepairInput } from "./model.ts";

/** A ruleset with what tells whether an edit has made it worse to read. */
export interface Loaded extends ReadFiles {
  readonly faults: number;
  /** Lines that are not wholly understood. */
  readonly unclear: number;
}

export function load(
  files: ReadonlyMap<string, string>,
  { after, onto }: RepairInput,
  roots: readonly string[] = after.roots,
): Loaded {
  const { device, diagnostics, dialects, refused, coverage } = readDevice({ files, roots, onto });
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const unclear = coverage.opaque + coverage.notUnderstood;
  return { files, device, dialects, faults: errors + refused.length, unclear };
}

/** How intents are judged on a device. */
export type JudgeAll = typeof judgeAll;

/** Answers by id. */
export function judgeAll(
  device: Device,
  intents: readonly AskedIntent[],
): ReadonlyMap<string, IntentAnswer> {
  const judge = openJudge(device, { keeps: true });
  return new Map(intents.map(({ id, intent, hosts }) => [id, judgeIntent(judge, intent, hosts)]));
}

export interface Proof {
  readonly restores: readonly string[];
  readonly leaves: readonly string[];
}

export interface Asked {
  /** What shall be mended; others shall fare no worse. */
  readonly ailing: readonly AskedIntent[];
  readonly others: readonly AskedIntent[];
  readonly judge: JudgeAll;
}

/** What an edit restores, where it is proved that nothing promised fares worse; null: it mends nothing. */
export function prove(
  from: Loaded,
  to: Loaded,
  { ailing, others, judge }: Asked,
  found: ReadonlyMap<string, IntentAnswer>,
): Proof | null {
  if (to.faults > from.faults || to.unclear > from.unclear) return null;
  const mended = judge(to.device, ailing);
  const isBetter = ({ id }: AskedIntent) => isRestored(statusIn(found, id), statusIn(mended, id));
  const restores = ailing.filter(isBetter).map(({ id }) => id);
  if (restores.length === 0) return null;
  const still = judge(to.device, others);
  if (others.some(({ id }) => !isAsGood(statusIn(found, id), statusIn(still, id)))) return null;
  const rest = ailing.filter(({ id }) => !restores.includes(id));
  /* "Broken" is one word for one host and for all of them: of those that stay so, no packet may be lost. */
  const losses = lossesOf(
    from.device,
    to.device,
    rest.map(({ intent }) => intent),
  );
  if (losses.some((loss) => loss !== "none")) return null;
  return { restores, leaves: rest.map(({ id }) => id) };
}

function statusIn(answers: ReadonlyMap<string, IntentAnswer>, id: string): IntentStatus {
  return answers.get(id)?.status ?? "undecided";
}

/** What has a limit is restored without it. */
function isRestored(was: IntentStatus, is: IntentStatus): boolean {
  return was === "holds, except" ? is === "holds" : isKept(is);
}

/** A repair of one promise does not limit another. */
function isAsGood(was: IntentStatus, is: IntentStatus): boolean {
  return was === "holds" ? is === "holds" : isKept(is);
}
