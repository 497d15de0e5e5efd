import { type Generated, sql } from "kysely";
import type { Migration } from "../../platform/db/database.ts";
import type { AlertStatus, News, Severity } from "./model.ts";

export type AlertTables = {
  readonly alert: {
    readonly id: Generated<number>;
    readonly key: string;
    readonly group_id: string;
    readonly group_key: string;
    readonly status: AlertStatus;
    readonly severity: Severity;
    readonly title: string;
    readonly text: string;
    readonly labels: unknown;
    readonly link: string | null;
    readonly raised_ms: number;
    readonly acknowledged_by: string | null;
    readonly acknowledged_ms: number | null;
    readonly resolved_ms: number | null;
  };
  readonly alert_group: {
    readonly id: string;
    readonly key: string;
    readonly opened_ms: number;
    readonly ended_ms: number | null;
    readonly moved_to: string | null;
    readonly leader: string;
    readonly title: string;
    readonly severity: Severity;
    readonly labels: unknown;
    readonly link: string | null;
    readonly revision: Generated<number>;
  };
  readonly alert_news: {
    readonly number: Generated<number>;
    readonly at_ms: number;
    readonly kind: News["kind"];
    readonly group_id: string;
  };
  readonly alert_channel: {
    readonly name: string;
    /** Number of the last news that it was told. */
    readonly told_to: number;
    /** What it is being told; null: nothing. */
    readonly sending_id: string | null;
    readonly sending_to: number | null;
    readonly sending_ms: number | null;
    readonly sending_body: string | null;
  };
};

export const ALERT_MIGRATIONS: readonly Migration[] = [
  {
    name: "alert-001-alerts",
    up: async ({ schema }) => {
      await schema
        .createTable("alert_group")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("key", "text", (column) => column.notNull())
        .addColumn("opened_ms", "double precision", (column) => column.notNull())
        .addColumn("ended_ms", "double precision")
        .addColumn("moved_to", "text")
        .addColumn("leader", "text", (column) => column.notNull())
        .addColumn("title", "text", (column) => column.notNull())
        .addColumn("severity", "text", (column) => column.notNull())
        .addColumn("labels", "jsonb", (column) => column.notNull())
        .addColumn("link", "text")
        .execute();
      await schema
        .createTable("alert")
        .addColumn("id", "integer", (column) => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn("key", "text", (column) => column.notNull())
        .addColumn("group_id", "text", (column) => column.notNull().references("alert_group.id"))
        .addColumn("group_key", "text", (column) => column.notNull())
        .addColumn("status", "text", (column) => column.notNull())
        .addColumn("severity", "text", (column) => column.notNull())
        .addColumn("title", "text", (column) => column.notNull())
        .addColumn("text", "text", (column) => column.notNull())
        .addColumn("labels", "jsonb", (column) => column.notNull())
        .addColumn("link", "text")
        .addColumn("raised_ms", "double precision", (column) => column.notNull())
        .addColumn("acknowledged_by", "text")
        .addColumn("acknowledged_ms", "double precision")
        .addColumn("resolved_ms", "double precision")
        .execute();
      await schema
        .createTable("alert_news")
        .addColumn("number", "bigint", (column) => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn("at_ms", "double precision", (column) => column.notNull())
        .addColumn("kind", "text", (column) => column.notNull())
        .addColumn("group_id", "text", (column) => column.notNull().references("alert_group.id"))
        .execute();
      await schema
        .createTable("alert_channel")
        .addColumn("name", "text", (column) => column.primaryKey())
        .addColumn("told_to", "bigint", (column) => column.notNull())
        .addColumn("sending_id", "text")
        .addColumn("sending_to", "bigint")
        .addColumn("sending_ms", "double precision")
        .addColumn("sending_body", "text")
        .execute();
      await schema
        .createIndex("alert_open_key")
        .unique()
        .on("alert")
        .column("key")
        .where(sql.ref("resolved_ms"), "is", null)
        .execute();
      await schema.createIndex("alert_group_id").on("alert").column("group_id").execute();
      await schema
        .createIndex("alert_group_open_key")
        .unique()
        .on("alert_group")
        .column("key")
        .where(sql.ref("ended_ms"), "is", null)
        .execute();
      await schema.createIndex("alert_news_group").on("alert_news").column("group_id").execute();
    },
  },
  {
    name: "alert-002-revisions",
    up: async ({ schema }) => {
      await schema
        .alterTable("alert_group")
        .addColumn("revision", "integer", (column) => column.notNull().defaultTo(1))
        .execute();
    },
  },
];
