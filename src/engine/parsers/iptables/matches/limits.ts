import type { HashLimitStatement, RecentStatement, Statement } from "../../../device/statement.ts";
import {
  argumentOf,
  defineModule,
  type GivenModule,
  type GivenOption,
  hasOption,
  type ModuleSpec,
  misplaced,
  opaque,
  optionOf,
  type RuleContext,
  unreadable,
} from "../module.ts";
import {
  addressWidth,
  type IpFamily,
  MAX_32,
  MAX_64,
  parseMask,
  parseUnsigned,
  splitList,
} from "../values.ts";

export interface Rate {
  readonly rate: bigint;
  readonly periodMs: number;
}

const PERIODS: readonly (readonly [string, number])[] = [
  ["second", 1000],
  ["minute", 60_000],
  ["hour", 3_600_000],
  ["day", 86_400_000],
];

/** XT_LIMIT_SCALE: more packets a second are refused. */
const LIMIT_SCALE = 10_000;
/** XT_HASHLIMIT_SCALE_v2. */
const HASHLIMIT_SCALE = 1_000_000;
const DEFAULT_BURST = 5n;

/** `3/min`: a number and a beginning of second, minute, hour or day; seconds by default. */
export function parseRate(text: string, scale: number): Rate | null {
  const parts = /^(\d{1,10})(?:\/([a-zA-Z]+))?$/.exec(text);
  if (parts === null) return null;
  const rate = BigInt(parts[1] ?? "0");
  const unit = (parts[2] ?? "second").toLowerCase();
  const period = PERIODS.find(([name]) => name.startsWith(unit));
  if (period === undefined || rate === 0n) return null;
  const [, periodMs] = period;
  return Number(rate) / (periodMs / 1000) > scale ? null : { rate, periodMs };
}

function lowerLimit(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "limit");
  const rate = parseRate(option?.values[0] ?? "3/hour", LIMIT_SCALE);
  if (rate === null && option !== null)
    return [unreadable(rule, option, "a rate such as `3/minute`")];
  const burst = readBurst(given, rule, "limit-burst", BigInt(LIMIT_SCALE));
  if (rate === null || burst === null) return [{ kind: "notUnderstood", text: "limit" }];
  return [{ kind: "limit", ...rate, burst, unit: "packets", over: false, object: null }];
}

/** Burst 0 is the default burst in iptables-nft (measured). */
function readBurst(
  given: GivenModule,
  rule: RuleContext,
  name: string,
  maximum: bigint,
): bigint | null {
  const option = optionOf(given, name);
  if (option === null) return DEFAULT_BURST;
  const burst = parseUnsigned(option.values[0] ?? "", maximum);
  if (burst === null) unreadable(rule, option, `a number up to ${maximum}`);
  return burst === 0n ? DEFAULT_BURST : burst;
}

const HASH_KEYS = {
  srcip: "source",
  dstip: "destination",
  srcport: "sourcePort",
  dstport: "destinationPort",
} as const;

const BYTE_UNITS: ReadonlyMap<string, bigint> = new Map([
  ["b", 1n],
  ["kb", 1024n],
  ["mb", 1024n * 1024n],
]);

interface HashRate extends Rate {
  readonly unit: "packets" | "bytes";
}

/** `5/s`, or bytes as in `512kb/s`. */
function parseHashRate(text: string): HashRate | null {
  const bytes = /^(\d{1,10})([kKmM]?[bB])(?:\/s[a-z]*)?$/.exec(text);
  if (bytes === null) {
    const rate = parseRate(text, HASHLIMIT_SCALE);
    return rate === null ? null : { ...rate, unit: "packets" };
  }
  const factor = BYTE_UNITS.get((bytes[2] ?? "b").toLowerCase()) ?? 1n;
  return { rate: BigInt(bytes[1] ?? "0") * factor, periodMs: 1000, unit: "bytes" };
}

function lowerHashlimit(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "hashlimit-above") ?? optionOf(given, "hashlimit-upto");
  const name = argumentOf(given, "hashlimit-name");
  if (option === null || name === null) {
    misplaced(
      rule,
      given.span,
      "`-m hashlimit` needs a rate and `--hashlimit-name`",
      "write `--hashlimit-upto 5/min --hashlimit-name NAME`",
    );
    return [{ kind: "notUnderstood", text: "hashlimit" }];
  }
  if (hasOption(given, "hashlimit-rate-match")) return [opaque(given, "stateful")];
  const rate = parseHashRate(option.values[0] ?? "");
  if (rate === null) return [unreadable(rule, option, "a rate such as `5/minute` or `512kb/s`")];
  const keys = hashKeys(given, rule);
  if (keys === null) return [{ kind: "notUnderstood", text: "hashlimit" }];
  const burst = hashBurst(given, rule, rate);
  return burst === null
    ? [{ kind: "notUnderstood", text: "hashlimit" }]
    : [hashStatement(given, rule, { option, name, keys, ...rate, burst })];
}

/** A burst in bytes may carry a unit, and is one second's worth by default. */
function hashBurst(given: GivenModule, rule: RuleContext, rate: HashRate): bigint | null {
  const option = optionOf(given, "hashlimit-burst");
  if (rate.unit === "packets") return readBurst(given, rule, "hashlimit-burst", 1_000_000n);
  if (option === null) return 0n;
  const bytes = parseHashRate(option.values[0] ?? "");
  if (bytes === null) unreadable(rule, option, "bytes such as `1mb`");
  return bytes === null ? null : bytes.rate;
}

interface HashParts extends HashRate {
  readonly option: GivenOption;
  readonly name: string;
  readonly keys: HashLimitStatement["keys"];
  readonly burst: bigint;
}

function hashStatement(given: GivenModule, rule: RuleContext, parts: HashParts): Statement {
  const width = addressWidth(rule.family);
  const length = (name: string) => {
    const value = parseUnsigned(argumentOf(given, name) ?? "", BigInt(width));
    return value === null ? width : Number(value);
  };
  const expire = parseUnsigned(argumentOf(given, "hashlimit-htable-expire") ?? "", MAX_32);
  return {
    kind: "hashLimit",
    name: parts.name,
    keys: parts.keys,
    sourcePrefix: length("hashlimit-srcmask"),
    destinationPrefix: length("hashlimit-dstmask"),
    above: (parts.option.name === "hashlimit-above") !== parts.option.negated,
    rate: parts.rate,
    periodMs: parts.periodMs,
    burst: parts.burst,
    unit: parts.unit,
    negated: false,
    /* Entries live one period of the rate where nothing is said. */
    expireMs: expire === null ? parts.periodMs : Number(expire),
  };
}

function hashKeys(given: GivenModule, rule: RuleContext): HashLimitStatement["keys"] | null {
  const option = optionOf(given, "hashlimit-mode");
  const keys: HashLimitStatement["keys"][number][] = [];
  for (const word of splitList(option?.values[0] ?? "")) {
    if (!(word in HASH_KEYS) || option === null) {
      if (option !== null) unreadable(rule, option, "`srcip,dstip,srcport,dstport`");
      return null;
    }
    keys.push(HASH_KEYS[word as keyof typeof HASH_KEYS]);
  }
  return keys;
}

const RECENT_OPERATIONS = {
  set: "set",
  rcheck: "check",
  update: "update",
  remove: "remove",
} as const;

function lowerRecent(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const operations = given.options.filter(({ name }) => name in RECENT_OPERATIONS);
  const [option] = operations;
  if (option === undefined || operations.length > 1) {
    misplaced(
      rule,
      given.span,
      "`-m recent` needs exactly one of `--set`, `--rcheck`, `--update`, `--remove`",
      "split the rule, or add the operation",
    );
    return [{ kind: "notUnderstood", text: "recent" }];
  }
  const number = (name: string) => {
    const given_ = optionOf(given, name);
    if (given_ === null) return null;
    const value = parseUnsigned(given_.values[0] ?? "", MAX_32);
    if (value === null) unreadable(rule, given_, "a number");
    return value === null ? null : Number(value);
  };
  const mask = optionOf(given, "mask");
  const statement: RecentStatement = {
    kind: "recent",
    list: argumentOf(given, "name") ?? "DEFAULT",
    operation: RECENT_OPERATIONS[option.name as keyof typeof RECENT_OPERATIONS],
    negated: option.negated,
    seconds: number("seconds"),
    hitCount: number("hitcount"),
    sameTtl: hasOption(given, "rttl"),
    by: hasOption(given, "rdest") ? "destination" : "source",
    mask: mask === null ? null : partialMask(mask.values[0] ?? "", rule.family),
  };
  return [statement];
}

function lowerConnlimit(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const above = optionOf(given, "connlimit-above");
  const option = above ?? optionOf(given, "connlimit-upto");
  const count = parseUnsigned(option?.values[0] ?? "", MAX_32);
  if (option === null || count === null) {
    if (option !== null) return [unreadable(rule, option, "a number of connections")];
    misplaced(rule, given.span, "`-m connlimit` has no count", "add `--connlimit-above N`");
    return [{ kind: "notUnderstood", text: "connlimit" }];
  }
  const width = addressWidth(rule.family);
  const prefix = connlimitPrefix(argumentOf(given, "connlimit-mask"), rule) ?? width;
  const key = hasOption(given, "connlimit-daddr") ? "destination" : "source";
  return [
    {
      kind: "connectionCount",
      count,
      over: (above !== null) !== option.negated,
      groupBy: prefix === 0 ? null : { key, prefix },
    },
  ];
}

/** A mask of all bits is none: iptables-save writes it even where nobody stated it. */
function partialMask(text: string, family: IpFamily): bigint | null {
  const mask = parseMask(text, family);
  return mask === (1n << BigInt(addressWidth(family))) - 1n ? null : mask;
}

function connlimitPrefix(text: string | null, rule: RuleContext): number | null {
  const mask = text === null ? null : parseMask(text, rule.family);
  return mask === null ? null : mask.toString(2).replaceAll("0", "").length;
}

function lowerStatistic(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const mode = argumentOf(given, "mode");
  const shares = optionOf(given, "probability");
  const every = optionOf(given, "every");
  const packet = parseUnsigned(argumentOf(given, "packet") ?? "0", MAX_32);
  if (mode === "random" && shares !== null) {
    const probability = Number(shares.values[0]);
    if (!(probability >= 0 && probability <= 1))
      return [unreadable(rule, shares, "a number from 0 to 1")];
    const { negated } = shares;
    return [{ kind: "statistic", mode, probability, every: 0, packet: 0, negated }];
  }
  if (mode === "nth" && every !== null) {
    if (!hasOption(given, "packet"))
      misplaced(rule, given.span, "`--every` goes with `--packet` only", "add `--packet 0`");
    const count = parseUnsigned(every.values[0] ?? "", MAX_32);
    if (count === null || count === 0n || packet === null || packet >= count)
      return [unreadable(rule, every, "`--every N --packet P` with P below N")];
    const { negated } = every;
    return [
      {
        kind: "statistic",
        mode,
        probability: 0,
        every: Number(count),
        packet: Number(packet),
        negated,
      },
    ];
  }
  misplaced(
    rule,
    given.span,
    "`-m statistic` needs `--mode random --probability P` or `--mode nth --every N --packet P`",
    "complete the match",
  );
  return [{ kind: "notUnderstood", text: "statistic" }];
}

/**
 * xt_quota matches as long as the packet still fits, so a last packet that fits exactly matches;
 * nft's quota is over then. The packet that does not fit ends it in both.
 */
function lowerQuota(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "quota");
  const bytes = parseUnsigned(option?.values[0] ?? "", MAX_64);
  if (option === null || bytes === null) {
    if (option !== null) return [unreadable(rule, option, "a number of bytes")];
    misplaced(rule, given.span, "`-m quota` has no `--quota`", "add the bytes");
    return [{ kind: "notUnderstood", text: "quota" }];
  }
  return [{ kind: "quota", bytes: bytes + 1n, used: 0n, over: option.negated, object: null }];
}

export const LIMIT_MATCHES: Readonly<Record<string, ModuleSpec>> = {
  limit: defineModule("limit=1 limit-burst=1", lowerLimit),
  hashlimit: defineModule(
    "!hashlimit-upto|hashlimit=1 !hashlimit-above=1 hashlimit-mode=1 hashlimit-srcmask=1 hashlimit-dstmask=1 hashlimit-name=1 hashlimit-burst=1 hashlimit-htable-size=1 hashlimit-htable-max=1 hashlimit-htable-gcinterval=1 hashlimit-htable-expire=1 hashlimit-rate-match hashlimit-rate-interval=1",
    lowerHashlimit,
  ),
  recent: defineModule(
    "!set !rcheck !update !remove seconds=1 reap hitcount=1 rttl name=1 rsource rdest mask=1",
    lowerRecent,
  ),
  connlimit: defineModule(
    "!connlimit-upto=1 !connlimit-above=1 connlimit-mask=1 connlimit-saddr connlimit-daddr",
    lowerConnlimit,
  ),
  statistic: defineModule("mode=1 !probability=1 !every=1 packet=1", lowerStatistic),
  quota: defineModule("!quota=1", lowerQuota),
};
