import type { Table } from "../device/device.ts";
import type {
  ConnectionCountStatement,
  HashLimitStatement,
  LimitStatement,
  QuotaStatement,
  RecentStatement,
  StatisticStatement,
} from "../device/statement.ts";
import { type Memory, RECENT_STAMPS, type RecentEntry } from "./memory.ts";
import { readSelector } from "./readSelector.ts";
import { tupleKey } from "./tracking.ts";
import { packetTuple } from "./tuples.ts";
import { freshKey, type Walk } from "./walk.ts";

const NANOSECONDS = 1_000_000n;

/** The clock counts in fractions of a millisecond; rounding them would add up over many packets. */
function nanoseconds(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds * Number(NANOSECONDS)));
}

/** Without a memory the answer is a choice of its own, each time it is asked. */
function choose(walk: Walk, name: string): boolean {
  return walk.choices.choose(freshKey(walk, name), name, ["matches", "does not match"]) === 0;
}

/** Takes tokens for `cost`; true where there were enough, or where the clock may say so. */
function take(
  walk: Walk,
  memory: Memory,
  owner: object | string,
  key: string,
  full: bigint,
  cost: bigint,
): boolean {
  const bucket = memory.bucket(owner, key, full);
  const lastMs = memory.clockMs;
  const gained = bucket.tokens + nanoseconds(lastMs - bucket.lastMs);
  const most = (tokens: bigint) => (tokens > full ? full : tokens);
  const tokens = most(gained);
  const slack = bucket.isUntouched ? 0n : nanoseconds(memory.clockSlackMs);
  const isOpen = most(gained - slack) < cost && most(gained + slack) >= cost;
  const enough = isOpen ? choose(walk, "limit") : tokens >= cost;
  const rest = enough && tokens > cost ? tokens - cost : enough ? 0n : tokens;
  memory.setBucket(owner, key, { tokens: rest, lastMs, isUntouched: false });
  return enough;
}

/** nft_limit_eval: a packet costs one period divided by the rate; bytes cost by length. */
export function matchLimit(
  walk: Walk,
  table: Table,
  statement: LimitStatement,
  owner?: object,
): boolean {
  if (walk.memory === null) return choose(walk, "limit");
  const period = BigInt(statement.periodMs) * NANOSECONDS;
  const length = BigInt(walk.wire.bytes.length);
  const packets = statement.unit === "packets";
  const unit = period / statement.rate;
  const cost = packets ? unit : (period * length) / statement.rate;
  const full = packets
    ? unit * statement.burst
    : (period * (statement.rate + statement.burst)) / statement.rate;
  const name =
    statement.object === null ? (owner ?? statement) : objectName(table, statement.object);
  return take(walk, walk.memory, name, "", full, cost) !== statement.over;
}

function objectName(table: Table, name: string): string {
  return `${table.family} ${table.name} ${name}`;
}

/** nft_quota: over once the bytes reach the quota, this packet included. */
export function matchQuota(
  walk: Walk,
  table: Table,
  statement: QuotaStatement,
  owner?: object,
): boolean {
  if (walk.memory === null) return choose(walk, "quota");
  const name =
    statement.object === null ? (owner ?? statement) : objectName(table, statement.object);
  const bytes = walk.memory.addBytes(name, statement.used, BigInt(walk.wire.bytes.length));
  return bytes >= statement.bytes === statement.over;
}

export function matchConnectionCount(
  walk: Walk,
  statement: ConnectionCountStatement,
  owner?: object,
): boolean {
  if (walk.memory === null) return choose(walk, "ct count");
  const { groupBy } = statement;
  const group = groupBy === null ? "" : addressKey(walk, groupBy.key, groupBy.prefix);
  const tuple = countedTuple(walk);
  const { count, gone } = walk.memory.countConnections(owner ?? statement, group, tuple);
  const isMore = BigInt(count) > statement.count;
  /* At one moment none is cleaned away yet (measured); as time goes by some are. */
  const { clockMs, clockSlackMs } = walk.memory;
  const isOpen = isMore && BigInt(count - gone) <= statement.count && clockMs + clockSlackMs > 0;
  return (isOpen ? choose(walk, "ct count") : isMore) === statement.over;
}

/** What is not tracked is counted by its own tuple (nf_conncount). */
function countedTuple(walk: Walk): string {
  const { tracking } = walk;
  const tuple = tracking.kind === "tracked" ? tracking.connection.original : packetTuple(walk);
  return tupleKey(tuple, walk.zones.original) ?? "unknown";
}

function addressKey(walk: Walk, which: "source" | "destination", prefix: number): string {
  const v4 = walk.wire.family === "ip";
  const value = readSelector(walk, `${walk.wire.family} ${which === "source" ? "saddr" : "daddr"}`);
  if (value.kind !== "known") return "unknown";
  const width = v4 ? 32 : 128;
  return String(value.value >> BigInt(Math.max(0, width - Math.min(prefix, width))));
}

/** xt_recent: a list of addresses with their last time stamps. */
export function matchRecent(walk: Walk, statement: RecentStatement): boolean {
  const { memory } = walk;
  if (memory === null)
    return statement.operation === "set"
      ? !statement.negated
      : choose(walk, `recent ${statement.list}`);
  const { list } = statement;
  const key = addressKey(walk, statement.by, 128);
  const entry = memory.recentEntry(list, key);
  if (statement.operation === "set") {
    memory.setRecent(list, key, stamped(memory, entry));
    return !statement.negated;
  }
  if (entry === null) return statement.negated;
  if (statement.operation === "remove") {
    memory.setRecent(list, key, null);
    return !statement.negated;
  }
  const since =
    statement.seconds === null
      ? Number.NEGATIVE_INFINITY
      : memory.clockMs - statement.seconds * 1000;
  const hits = entry.stampsMs.filter((stamp) => stamp >= since).length;
  const found =
    statement.hitCount === null
      ? statement.seconds === null || hits > 0
      : hits >= statement.hitCount;
  if (found && statement.operation === "update")
    memory.setRecent(list, key, stamped(memory, entry));
  return found !== statement.negated;
}

function stamped(memory: Memory, entry: RecentEntry | null): RecentEntry {
  const stampsMs = [...(entry?.stampsMs ?? []), memory.clockMs].slice(-RECENT_STAMPS);
  return { stampsMs, ttl: null };
}

/** xt_hashlimit: one bucket for each key; rules with the same name share them (measured). */
export function matchHashLimit(walk: Walk, statement: HashLimitStatement): boolean {
  if (walk.memory === null) return choose(walk, `hashlimit ${statement.name}`);
  const key = statement.keys.map((part) => hashLimitPart(walk, statement, part)).join(" ");
  const period = BigInt(statement.periodMs) * NANOSECONDS;
  const packets = statement.unit === "packets";
  const cost = packets
    ? period / statement.rate
    : (period * BigInt(walk.wire.bytes.length)) / statement.rate;
  const full = packets ? cost * statement.burst : (period * statement.burst) / statement.rate;
  const name = `hashlimit ${statement.name}`;
  const within = take(walk, walk.memory, name, key, full, cost);
  return (within !== statement.above) !== statement.negated;
}

function hashLimitPart(
  walk: Walk,
  statement: HashLimitStatement,
  part: HashLimitStatement["keys"][number],
): string {
  switch (part) {
    case "source":
      return addressKey(walk, "source", statement.sourcePrefix);
    case "destination":
      return addressKey(walk, "destination", statement.destinationPrefix);
    case "sourcePort":
    case "destinationPort": {
      const port = readSelector(walk, part === "sourcePort" ? "th sport" : "th dport");
      return port.kind === "known" ? String(port.value) : "unknown";
    }
  }
}

/** xt_statistic: nth counts from `packet`; random is always a choice. */
export function matchStatistic(walk: Walk, statement: StatisticStatement): boolean {
  if (statement.mode === "random" || walk.memory === null) {
    if (statement.mode === "random" && statement.probability >= 1) return !statement.negated;
    return choose(walk, `statistic ${statement.mode}`);
  }
  const count = Number(walk.memory.increment(statement));
  const hit = count % statement.every === statement.packet;
  return hit !== statement.negated;
}
