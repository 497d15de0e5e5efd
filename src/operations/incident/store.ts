import { type Generated, type JSONColumnType, sql } from "kysely";
import type { Database, Migration } from "../../platform/db/database.ts";
import type { Incident } from "./model.ts";
import { REVERT_MIGRATION } from "./revertStore.ts";

type IncidentTables = {
  readonly incident: {
    readonly id: Generated<number>;
    readonly status: Incident["status"];
    readonly opened_ms: number;
    readonly incident: JSONColumnType<Omit<Incident, "id">>;
  };
};

export const INCIDENT_MIGRATIONS: readonly Migration[] = [
  {
    name: "incident-001-incidents",
    up: async ({ schema }) => {
      await schema
        .createTable("incident")
        .addColumn("id", "integer", (column) => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn("status", "text", (column) => column.notNull())
        .addColumn("opened_ms", "double precision", (column) => column.notNull())
        .addColumn("incident", "jsonb", (column) => column.notNull())
        .execute();
      await schema.createIndex("incident_status").on("incident").column("status").execute();
    },
  },
  {
    /* Causes of before did not say which devices nobody saw. */
    name: "incident-002-not-seen",
    up: async (database) => {
      await sql`
        update incident set incident = jsonb_set(incident, '{cause,notSeen}', '[]')
        where incident #>> '{cause,kind}' = 'unclear'`.execute(database);
    },
  },
  {
    /* Causes of before were one difference alone, and did not say whether it still runs. */
    name: "incident-003-others",
    up: async (database) => {
      await sql`
        update incident set incident = jsonb_set(
          incident, '{cause}',
          incident -> 'cause' || jsonb_build_object(
            'others', '[]'::jsonb,
            'isTakenBack', coalesce(incident #>> '{undo,state}', '') = 'done'))
        where incident #>> '{cause,kind}' = 'explained'`.execute(database);
    },
  },
  REVERT_MIGRATION,
  {
    /* Causes of before did not say why differences could not be ruled out. */
    name: "incident-005-reasons",
    up: async (database) => {
      await sql`
        update incident set incident = jsonb_set(incident, '{cause,reasons}', '[]')
        where incident #>> '{cause,kind}' = 'unclear'`.execute(database);
    },
  },
];

export interface IncidentStore {
  /** Stores a new one, and gives it its number. */
  add(incident: Incident): Promise<Incident>;
  update(incident: Incident): Promise<void>;
  find(id: number): Promise<Incident | null>;
  /** Newest first; `before` is the number below which to go on. */
  list(limit: number, before: number | null): Promise<readonly Incident[]>;
  /** Those that are not closed, oldest first. */
  open(): Promise<readonly Incident[]>;
}

export function incidentStore(database: Database): IncidentStore {
  const tables = database.withTables<IncidentTables>();
  const all = () => tables.selectFrom("incident").select(["id", "incident"]);
  return {
    async add(incident) {
      const { id } = await tables
        .insertInto("incident")
        .values({
          status: incident.status,
          opened_ms: incident.openedMs,
          incident: text(incident),
        })
        .returning("id")
        .executeTakeFirstOrThrow();
      return { ...incident, id };
    },
    async update(incident) {
      await tables
        .updateTable("incident")
        .set({ status: incident.status, incident: text(incident) })
        .where("id", "=", incident.id)
        .execute();
    },
    async find(id) {
      const row = await all().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : { ...row.incident, id: row.id };
    },
    async list(limit, before) {
      const query = before === null ? all() : all().where("id", "<", before);
      const rows = await query.orderBy("id", "desc").limit(limit).execute();
      return rows.map((row) => ({ ...row.incident, id: row.id }));
    },
    async open() {
      const rows = await all().where("status", "!=", "closed").orderBy("id").execute();
      return rows.map((row) => ({ ...row.incident, id: row.id }));
    },
  };
}

function text({ id: _id, ...rest }: Incident): string {
  return JSON.stringify(rest);
}
