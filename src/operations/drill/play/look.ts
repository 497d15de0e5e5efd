import type { SecondCounts } from "../../../simulation/world/counts.ts";
import type { DrillAction, Look } from "../actions.ts";
import { ask } from "./ask.ts";
import { clockOf, tellDifferences } from "./differences.ts";
import type { Play } from "./play.ts";

/** Lines of one answer: a screen or two. */
const MAXIMUM_LINES = 30;
/** Rulesets are read whole. */
const MAXIMUM_RULES = 200;
const SECONDS_IN_MINUTE = 60;
/** Minutes of traffic that are told. */
const MINUTES_TOLD = 6;

type Looking = Extract<DrillAction, { readonly kind: "look" }>;

/** What somebody sees who looks there now. */
export function look(play: Play, { at, host }: Looking): readonly string[] {
  switch (at) {
    case "log":
      return lastOf(play.senses.linesOf(host), "the log complains of nothing");
    case "queue":
      return queue(play, host);
    case "complaints":
      return lastOf(
        play.senses.heard().map(({ atMs, text }) => `${clockOf(atMs)} ${text}`),
        "nobody has called",
      );
    case "traffic":
      return traffic(play);
    case "database":
    case "balancer":
      return ask(play, at);
    case "rules":
      return listed(play, false).slice(0, MAXIMUM_RULES);
    case "counters":
      return lastOf(
        listed(play, true)
          .filter((line) => /counter packets [1-9]/.test(line))
          .map((line) => line.trim()),
        "no rule has counted anything",
      );
    case "differences":
      return tellDifferences(play.differences.all());
    default:
      return neverLook(at);
  }
}

function neverLook(at: never): never {
  throw new Error(`nobody looks at ${String(at satisfies Look)}`);
}

function lastOf(lines: readonly string[], otherwise: string): readonly string[] {
  if (lines.length === 0) return [otherwise];
  const left = lines.length - MAXIMUM_LINES;
  return [...(left > 0 ? [`${left} more before`] : []), ...lines.slice(-MAXIMUM_LINES)];
}

function listed({ network }: Play, isCounted: boolean): readonly string[] {
  const text = network.firewall.kernel.list({
    stateless: !isCounted,
    handles: !isCounted,
    terse: false,
  });
  return text.trimEnd().split("\n");
}

const REASON = /"delay_reason": "((?:[^"\\]|\\.)*)"/;

function queue({ network }: Play, host: Looking["host"]): readonly string[] {
  const { queue: own } = network.world.hosts[host];
  const reasons = new Map<string, number>();
  for (const line of own.printed().split("\n")) {
    const [, reason] = REASON.exec(line) ?? [];
    if (reason === undefined) continue;
    const words = reason.replaceAll('\\"', '"');
    reasons.set(words, (reasons.get(words) ?? 0) + 1);
  }
  const told = [...reasons]
    .sort(([, a], [, b]) => b - a)
    .map(([words, count]) => `${count} wait: ${words}`);
  return [`${own.length} mails in the queue of ${host}`, ...told.slice(0, MAXIMUM_LINES)];
}

function traffic({ network }: Play): readonly string[] {
  const seconds = network.world.counts().slice(-MINUTES_TOLD * SECONDS_IN_MINUTE);
  const lines: string[] = [];
  for (let from = 0; from < seconds.length; from += SECONDS_IN_MINUTE) {
    const minute = seconds.slice(from, from + SECONDS_IN_MINUTE);
    const [first] = minute;
    if (first === undefined) break;
    const sum = (of: (second: SecondCounts) => number) =>
      minute.reduce((all, one) => all + of(one), 0);
    lines.push(
      `${clockOf(first.atMs)} in ${sum((one) => one.deliveredIn)}, out ${sum((one) => one.deliveredOut)}, logins ${sum((one) => one.logins)}; turned away ${sum((one) => one.refusedIn)}, deferred ${sum((one) => one.deferredOut)}, logins failed ${sum((one) => one.failedLogins)}; ${minute.at(-1)?.waiting ?? 0} wait`,
    );
  }
  return lines;
}
