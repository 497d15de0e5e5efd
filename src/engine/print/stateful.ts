import type { LimitStatement, QuotaStatement, Statement } from "../device/statement.ts";
import type { Page } from "./options.ts";

/** A statement that counts or remembers: those that elements of sets may have as well. */
export function statefulText(statement: Statement, page: Page): string {
  switch (statement.kind) {
    case "harmless":
      return statement.what === "counter"
        ? counterText(statement, page)
        : page.cannot(`\`${statement.text}\` on an element`);
    case "limit":
      return `limit ${rateText(statement)}`;
    case "quota":
      return `quota ${amountText(statement, page)}`;
    case "connectionCount":
      return `ct count ${statement.over ? "over " : ""}${statement.count}`;
    default:
      return page.cannot(`\`${statement.kind}\` on an element`);
  }
}

export function counterText(
  statement: Extract<Statement, { kind: "harmless" }>,
  { options }: Page,
): string {
  const [, name] = /^counter name (.+)$/.exec(statement.text) ?? [];
  if (name !== undefined) return `counter name "${name.replaceAll('"', "")}"`;
  if (statement.text === "last" || options.counts === null) return statement.text;
  const { packets, bytes } = options.counts(statement);
  return `counter packets ${packets} bytes ${bytes}`;
}

const PERIODS: ReadonlyMap<number, string> = new Map([
  [1_000, "second"],
  [60_000, "minute"],
  [3_600_000, "hour"],
  [86_400_000, "day"],
  [604_800_000, "week"],
]);

/** Burst of a limiter of packets that states none. */
const DEFAULT_BURST = 5n;

/** `rate over 10/second burst 9 packets`. */
export function rateText(limit: LimitStatement): string {
  const { rate, periodMs, burst, unit, over } = limit;
  const period = PERIODS.get(periodMs) ?? `${periodMs}ms`;
  const start = `rate ${over ? "over " : ""}`;
  if (unit === "packets") {
    const isTold = burst > 0n && burst !== DEFAULT_BURST;
    return `${start}${rate}/${period}${isTold ? ` burst ${burst} packets` : ""}`;
  }
  return `${start}${bytesText(rate)}/${period}${burst > 0n ? ` burst ${bytesText(burst)}` : ""}`;
}

export function amountText({ bytes, used, over }: QuotaStatement, { options }: Page): string {
  const spent = options.counts !== null && used > 0n ? ` used ${bytesText(used)}` : "";
  return `${over ? "over " : ""}${bytesText(bytes)}${spent}`;
}

const KIB = 1_024n;
const UNITS = ["bytes", "kbytes", "mbytes"] as const;

/** In the largest unit that divides it. */
function bytesText(bytes: bigint): string {
  let rest = bytes;
  let unit = 0;
  while (rest > 0n && rest % KIB === 0n && unit < UNITS.length - 1) {
    rest /= KIB;
    unit++;
  }
  return `${rest} ${UNITS[unit]}`;
}
