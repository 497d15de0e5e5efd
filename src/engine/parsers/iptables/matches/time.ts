import {
  complementRanges,
  intersectRanges,
  normalizeRanges,
  type Range,
} from "../../../base/range.ts";
import type { Statement } from "../../../device/statement.ts";
import { matchRanges } from "../build.ts";
import {
  argumentOf,
  type GivenModule,
  hasOption,
  opaque,
  optionOf,
  type RuleContext,
  unreadable,
} from "../module.ts";
import { splitList } from "../values.ts";

const LAST_SECOND = 86_399;
/** What iptables-save 1.8.9 prints where no last date was given: the end of 32 bits. */
const LAST_DATE = "2038-01-19T03:14:07";

/** As nft numbers them: Sunday is 0. */
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/**
 * Hours and days as nft's `meta hour` and `meta day`, in UTC. Dates, days of the month, the kernel's
 * time zone and what crosses midnight for some days only stay names.
 */
export function lowerTime(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const start = readClock(argumentOf(given, "timestart"), 0);
  const stop = readClock(argumentOf(given, "timestop"), LAST_SECOND);
  for (const [name, seconds] of [
    ["timestart", start],
    ["timestop", stop],
  ] as const) {
    const option = optionOf(given, name);
    if (option !== null && seconds === null) return [unreadable(rule, option, "`HH:MM[:SS]`")];
  }
  if (start === null || stop === null) return [];
  const wraps = start > stop;
  const named = ["datestart", "datestop", "monthdays", "kerneltz", "localtz", "contiguous"];
  const days = optionOf(given, "weekdays");
  const isNamed = (name: string): boolean =>
    hasOption(given, name) && argumentOf(given, name) !== LAST_DATE;
  if (named.some(isNamed) || (wraps && days !== null)) return [opaque(given, "moment")];
  const statements: Statement[] = [];
  if (days !== null) {
    const ranges = readDays(days.values[0] ?? "");
    if (ranges === null) return [unreadable(rule, days, "days such as `Mon,Tue` or `1,2`")];
    const asked = normalizeRanges(ranges);
    statements.push(matchRanges("meta day", days.negated ? otherDays(asked) : asked));
  }
  if (start > 0 || stop < LAST_SECOND) statements.push(hourTest(start, stop, wraps));
  return statements;
}

/** iptables-save lists the days that are left. */
function otherDays(ranges: readonly Range[]): readonly Range[] {
  return intersectRanges(complementRanges(ranges, DAY_BITS), [{ from: 0n, to: SATURDAY }]);
}

const SATURDAY = 6n;
const DAY_BITS = 8;

function hourTest(start: number, stop: number, wraps: boolean): Statement {
  const [low, high] = [BigInt(start), BigInt(stop)];
  const ranges: readonly Range[] = wraps
    ? [
        { from: 0n, to: high },
        { from: low, to: BigInt(LAST_SECOND) },
      ]
    : [{ from: low, to: high }];
  return matchRanges("meta hour", ranges);
}

function readClock(text: string | null, otherwise: number): number | null {
  if (text === null) return otherwise;
  const parts = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/.exec(text);
  if (parts === null) return null;
  const [hours, minutes, seconds] = [parts[1], parts[2], parts[3] ?? "0"].map(Number);
  if (hours === undefined || minutes === undefined || seconds === undefined) return null;
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  return hours * 3600 + minutes * 60 + seconds;
}

function readDays(text: string): readonly Range[] | null {
  const ranges: Range[] = [];
  for (const word of splitList(text)) {
    const number = /^[1-7]$/.test(word)
      ? Number(word) % 7
      : DAYS.indexOf(word.slice(0, 3).toLowerCase());
    if (number < 0 || word.length > 9) return null;
    ranges.push({ from: BigInt(number), to: BigInt(number) });
  }
  return ranges;
}
