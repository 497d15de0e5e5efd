import { type Generated, type JSONColumnType, sql } from "kysely";
import type { Migration } from "../../platform/db/database.ts";
import type { EscalationChannel } from "../inventory/onCall.ts";
import type { Escalation, Telling } from "./model.ts";

export type EscalationTables = {
  readonly escalation: {
    readonly id: Generated<number>;
    readonly subject: string;
    readonly state: Escalation["state"]["kind"];
    readonly escalation: JSONColumnType<Omit<Escalation, "id">>;
  };
  readonly escalation_telling: {
    readonly number: Generated<number>;
    readonly escalation_id: number;
    readonly key: string;
    readonly login: string;
    readonly channel: EscalationChannel;
    readonly round: number;
    readonly step: number;
    readonly message_id: string;
    readonly at_ms: number;
    readonly result: Telling["result"];
    readonly reason: string;
    readonly attempts: number;
    readonly result_ms: number | null;
  };
  readonly on_call_override: {
    readonly id: Generated<number>;
    readonly calendar: string;
    readonly login: string;
    readonly from_ms: number;
    readonly to_ms: number;
    readonly made_by: string;
    readonly made_ms: number;
    /** Null: nobody took it back. */
    readonly withdrawn_ms: number | null;
  };
};

export const ESCALATION_MIGRATIONS: readonly Migration[] = [
  {
    name: "escalation-001-escalations",
    up: async ({ schema }) => {
      await schema
        .createTable("escalation")
        .addColumn("id", "integer", (column) => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn("subject", "text", (column) => column.notNull())
        .addColumn("state", "text", (column) => column.notNull())
        .addColumn("escalation", "jsonb", (column) => column.notNull())
        .execute();
      /* One at a time for each subject, whatever else goes wrong. */
      await schema
        .createIndex("escalation_open_subject")
        .unique()
        .on("escalation")
        .column("subject")
        .where(sql.ref("state"), "!=", "ended")
        .execute();
      await schema
        .createTable("escalation_telling")
        .addColumn("number", "integer", (column) => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn("escalation_id", "integer", (column) =>
          column.notNull().references("escalation.id"),
        )
        .addColumn("key", "text", (column) => column.notNull().unique())
        .addColumn("login", "text", (column) => column.notNull())
        .addColumn("channel", "text", (column) => column.notNull())
        .addColumn("round", "integer", (column) => column.notNull())
        .addColumn("step", "integer", (column) => column.notNull())
        .addColumn("message_id", "text", (column) => column.notNull())
        .addColumn("at_ms", "double precision", (column) => column.notNull())
        .addColumn("result", "text", (column) => column.notNull())
        .addColumn("reason", "text", (column) => column.notNull())
        .addColumn("attempts", "integer", (column) => column.notNull())
        .addColumn("result_ms", "double precision")
        .execute();
      await schema
        .createIndex("escalation_telling_escalation")
        .on("escalation_telling")
        .column("escalation_id")
        .execute();
      await schema
        .createIndex("escalation_telling_waiting")
        .on("escalation_telling")
        .columns(["channel", "number"])
        .where(sql.ref("result"), "=", "waiting")
        .execute();
      await schema
        .createTable("on_call_override")
        .addColumn("id", "integer", (column) => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn("calendar", "text", (column) => column.notNull())
        .addColumn("login", "text", (column) => column.notNull())
        .addColumn("from_ms", "double precision", (column) => column.notNull())
        .addColumn("to_ms", "double precision", (column) => column.notNull())
        .addColumn("made_by", "text", (column) => column.notNull())
        .addColumn("made_ms", "double precision", (column) => column.notNull())
        .addColumn("withdrawn_ms", "double precision")
        .execute();
    },
  },
];
