import type { Table } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";
import { selectorRow } from "../packet/selectors/index.ts";
import { evaluate } from "./evaluate.ts";
import { readSelector, tcpOption, tcpOptionPlace } from "./readSelector.ts";
import { known, type Value } from "./value.ts";
import { type Walk, writePacket } from "./walk.ts";

const TCP = 6;
const NO_OPERATION = 1;

type Write = Extract<Statement, { kind: "write" }>;

/** `… set …`; false where the value is absent, which ends the rule. */
export function writeSelector(walk: Walk, table: Table, statement: Write): boolean {
  const value = evaluate(walk, table, statement.value);
  if (value.kind === "absent") return statement.goesOn === true;
  if (statement.lowersOnly === true && isLower(walk, statement.target, value)) return true;
  const row = selectorRow(statement.target);
  switch (row.source.kind) {
    case "meta":
      writeMeta(walk, row.source.key, value);
      return true;
    case "conntrack":
      writeConntrack(walk, row.source.key, row.source.direction, value);
      return true;
    case "payload": {
      const start =
        row.source.base === "transport"
          ? walk.headers.transport * 8
          : row.source.base === "network"
            ? 0
            : null;
      if (start !== null) writePacket(walk, start + row.source.offset, row.width, value);
      return true;
    }
    case "tcpOption": {
      /* What has no TCP header ends the rule (nft_exthdr_tcp_set_eval). */
      if (walk.headers.protocol !== TCP || walk.headers.fragmentOffset > 0) return false;
      if (row.source.offset === null) {
        stripTcpOption(walk, row.source.option);
        return true;
      }
      const at = tcpOptionPlace(walk, row.source.option, row.source.offset);
      if (at !== null) writePacket(walk, at, row.width, value);
      /* Without the option there is nothing to write, and the rule goes on (measured on 6.18). */
      return true;
    }
    default:
      return true;
  }
}

/** `reset tcp option`: each byte of it becomes padding (nft_exthdr_tcp_strip_eval). */
function stripTcpOption(walk: Walk, option: number): void {
  for (let found = tcpOption(walk, option); found !== null; found = tcpOption(walk, option)) {
    const padding = found.length * 8;
    const none = known(BigInt(`0x${"01".repeat(found.length)}`), padding);
    writePacket(walk, found.at * 8, padding, none);
    if (option === NO_OPERATION) return;
  }
}

function writeMeta(walk: Walk, key: string, value: Value): void {
  if (key === "mark") walk.mark = value;
  else if (key === "priority") walk.priority = value;
  else if (key === "pkttype") walk.packetType = value;
}

/** A smaller value than the new one stays (TCPMSS --clamp-mss-to-pmtu). */
function isLower(walk: Walk, target: string, value: Value): boolean {
  const current = readSelector(walk, target);
  return current.kind === "known" && value.kind === "known" && current.value <= value.value;
}

function writeConntrack(
  walk: Walk,
  key: string,
  direction: "original" | "reply" | null,
  value: Value,
): void {
  if (key === "zone") putIntoZone(walk, direction, value);
  if (walk.tracking.kind !== "tracked") return;
  const { connection } = walk.tracking;
  if (key === "mark") connection.mark = value;
  else if (key === "label") connection.label = value;
}

/** A zone hangs on the packet as a connection that is none: the first one stays (nft_ct_set_zone_eval). */
function putIntoZone(walk: Walk, direction: "original" | "reply" | null, value: Value): void {
  if (walk.tracking.kind === "tracked" || walk.tracking.kind === "zoned") return;
  walk.tracking = { kind: "zoned" };
  const zone = value.kind === "known" ? value.value : 0n;
  walk.zones = {
    original: direction === "reply" ? 0n : zone,
    reply: direction === "original" ? 0n : zone,
  };
}
