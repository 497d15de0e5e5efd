import type { Table } from "../device/device.ts";
import type { Expression } from "../device/expression.ts";
import { selectorRow } from "../packet/selectors/index.ts";
import { evaluate } from "./evaluate.ts";
import type { Value } from "./value.ts";
import { type Walk, writePacket } from "./walk.ts";

/** `… set …`; false where the value is absent, which ends the rule. */
export function writeSelector(walk: Walk, table: Table, target: string, from: Expression): boolean {
  const value = evaluate(walk, table, from);
  if (value.kind === "absent") return false;
  const row = selectorRow(target);
  switch (row.source.kind) {
    case "meta":
      writeMeta(walk, row.source.key, value);
      return true;
    case "conntrack":
      writeConntrack(walk, row.source.key, value);
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
    default:
      return true;
  }
}

function writeMeta(walk: Walk, key: string, value: Value): void {
  if (key === "mark") walk.mark = value;
  else if (key === "priority") walk.priority = value;
  else if (key === "pkttype") walk.packetType = value;
}

function writeConntrack(walk: Walk, key: string, value: Value): void {
  if (key === "zone" && value.kind === "known") walk.zone = value.value;
  if (walk.tracking.kind !== "tracked") return;
  const { connection } = walk.tracking;
  if (key === "mark") connection.mark = value;
  else if (key === "label") connection.label = value;
}
