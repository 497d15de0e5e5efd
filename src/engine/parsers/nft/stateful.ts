import { own } from "../../base/own.ts";
import type { LimitStatement, QuotaStatement, Statement } from "../../device/statement.ts";
import type { RuleContext } from "./context.ts";
import { type Reader, spanOf } from "./reader.ts";
import { refuse } from "./state.ts";
import { readNumber } from "./values.ts";

/** Burst of a limit that states none. */
const DEFAULT_BURST = 5n;
const PERIOD_MS: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};
const BYTES: Readonly<Record<string, bigint>> = {
  bytes: 1n,
  kbytes: 1024n,
  mbytes: 1024n * 1024n,
};

/** `counter`, `limit`, `quota`, `ct count`, `last`; null where the next word is none of them. */
export function parseStatefulStatement(context: RuleContext): Statement | null {
  const { reader } = context;
  if (reader.is("counter")) return parseCounter(context);
  if (reader.is("limit")) return parseLimit(context);
  if (reader.is("quota")) return parseQuota(context);
  if (reader.is("last")) return parseLast(reader);
  if (reader.is("ct") && reader.is("count", 1)) return parseConnectionCount(context);
  return null;
}

function parseCounter(context: RuleContext): Statement {
  const { reader } = context;
  reader.next();
  if (reader.accept("name")) {
    const { text } = reader.word("the name of a counter");
    return { kind: "harmless", what: "counter", text: `counter name ${text}` };
  }
  if (reader.accept("packets")) {
    reader.word("a number");
    reader.expect("bytes");
    reader.word("a number");
  }
  return { kind: "harmless", what: "counter", text: "counter" };
}

function parseLast(reader: Reader): Statement {
  reader.next();
  if (reader.accept("used")) reader.word("a time");
  return { kind: "harmless", what: "counter", text: "last" };
}

export function parseLimit(context: RuleContext): Statement {
  const { reader } = context;
  const start = spanOf(reader.next());
  if (reader.accept("name")) {
    const token = reader.word("the name of a limit");
    return { kind: "objectReference", object: "limit", name: token.text, lookup: null };
  }
  const limit = parseRate(reader);
  if (limit.burst === 0n && limit.unit === "packets")
    refuse(
      context.state,
      "PM1040",
      "the burst of a limit must be more than 0",
      start,
      "write `burst 1 packets` or leave it out",
    );
  return limit;
}

/** `rate [over] 10/second [burst 5 packets]`, `rate 1 mbytes/second burst 512 kbytes`. */
export function parseRate(reader: Reader): LimitStatement {
  reader.expect("rate");
  const over = reader.accept("over");
  const first = reader.word("a rate such as 10/second").text;
  const [amount, period, unit] = readRate(reader, first);
  const periodMs = own(PERIOD_MS, period);
  if (periodMs === undefined || amount === null || amount === 0n)
    throw reader.problem(`\`${first}\` is no rate`, "write 10/second, 5/minute or 1 mbytes/second");
  /* A limit of bytes has no burst unless stated (measured with nft 1.0.6). */
  let burst = unit === null ? DEFAULT_BURST : 0n;
  if (reader.accept("burst")) {
    burst = readNumber(reader.word("a number").text) ?? DEFAULT_BURST;
    const size = own(BYTES, reader.peek().text);
    if (size !== undefined) {
      reader.next();
      burst *= size;
    } else if (!reader.accept("packets")) reader.accept("packet");
  }
  return {
    kind: "limit",
    rate: amount * (unit ?? 1n),
    periodMs,
    burst,
    unit: unit === null ? "packets" : "bytes",
    over,
    object: null,
  };
}

/** Amount, period and size of a unit of bytes; null for packets. */
function readRate(reader: Reader, first: string): readonly [bigint | null, string, bigint | null] {
  const packets = /^(\d+)\/(\w+)$/.exec(first);
  if (packets !== null) return [BigInt(packets[1] ?? 0), packets[2] ?? "", null];
  const amount = readNumber(first);
  if (reader.accept("/")) return [amount, reader.word("a time").text, null];
  if (reader.peek().text.startsWith("/")) return [amount, reader.next().text.slice(1), null];
  const [unit, period] = reader.word("bytes per time").text.split("/");
  const size = own(BYTES, unit ?? "");
  if (period !== undefined) return [amount, period, size ?? null];
  reader.expect("/");
  return [amount, reader.word("a time").text, size ?? null];
}

export function parseQuota(context: RuleContext): Statement {
  const { reader } = context;
  reader.next();
  if (reader.accept("name")) {
    const token = reader.word("the name of a quota");
    return { kind: "objectReference", object: "quota", name: token.text, lookup: null };
  }
  return parseAmount(reader);
}

/** `[over|until] 100 mbytes [used 5 bytes]`. */
export function parseAmount(reader: Reader): QuotaStatement {
  const over = reader.accept("over");
  if (!over) reader.accept("until");
  const bytes = parseBytes(reader);
  const used = reader.accept("used") ? parseBytes(reader) : 0n;
  return { kind: "quota", bytes, used, over, object: null };
}

function parseBytes(reader: Reader): bigint {
  const amount = readNumber(reader.word("a number of bytes").text);
  const unit = own(BYTES, reader.word("bytes, kbytes or mbytes").text);
  if (amount === null || unit === undefined)
    throw reader.problem("expected a size such as 100 mbytes");
  return amount * unit;
}

function parseConnectionCount(context: RuleContext): Statement {
  const { reader } = context;
  reader.next();
  reader.next();
  const over = reader.accept("over");
  const count = readNumber(reader.word("a number").text);
  if (count === null) throw reader.problem("`ct count` needs a number");
  return { kind: "connectionCount", count, over, groupBy: null };
}
