import type { Generated } from "kysely";
import type { ProofAnswer } from "../../engine/answer/proof.ts";
import type { Database, Migration } from "../../platform/db/database.ts";
import { ADOPTION_MIGRATION } from "./adoptionStore.ts";
import { FOUR_EYES_MIGRATION } from "./fourEyesMigration.ts";
import type { Change, ChangeFacts, ChangeStatus } from "./model.ts";

/*
 * Changes are documents: they are read and written whole, and what is asked for stands in columns beside
 * them. Texts of files may hold what `jsonb` does not take (a lone surrogate), so they are kept as text.
 */

type Tables = {
  change: ChangeTable;
  change_proof: ProofTable;
};

interface ChangeTable {
  id: Generated<number>;
  device: string;
  status: ChangeStatus;
  /** Counts up with each write. */
  version: number;
  /** All but the texts of files. */
  document: string;
  /** Paths and texts: what lists do not read. */
  files: string;
  created_ms: number;
  updated_ms: number;
}

interface ProofTable {
  change_id: number;
  content_hash: string;
  running_hash: string;
  at_ms: number;
  answer: string;
}

export const CHANGE_MIGRATIONS: readonly Migration[] = [
  {
    name: "change-001-changes",
    up: async ({ schema }) => {
      await schema
        .createTable("change")
        .addColumn("id", "serial", (column) => column.primaryKey())
        .addColumn("device", "text", (column) => column.notNull())
        .addColumn("status", "text", (column) => column.notNull())
        .addColumn("version", "integer", (column) => column.notNull())
        .addColumn("document", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addColumn("updated_ms", "bigint", (column) => column.notNull())
        .execute();
      await schema
        .createTable("change_proof")
        .addColumn("change_id", "integer", (column) => column.notNull().references("change.id"))
        .addColumn("content_hash", "text", (column) => column.notNull())
        .addColumn("running_hash", "text", (column) => column.notNull())
        .addColumn("at_ms", "bigint", (column) => column.notNull())
        .addColumn("answer", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("change_proof_key", ["change_id", "content_hash", "running_hash"])
        .execute();
    },
  },
  {
    /* Approvals of before bind less than what was shown: they are void, and told in the trail alone. */
    name: "change-002-approvals-of-what-was-shown",
    up: async (database) => {
      const tables = database.withTables<Tables>();
      const rows = await tables.selectFrom("change").select(["id", "document"]).execute();
      for (const { id, document } of rows) {
        const found: object = JSON.parse(document);
        const without = { ...found, approvals: [], proof: null, override: null };
        await tables
          .updateTable("change")
          .set({ document: JSON.stringify(without) })
          .where("id", "=", id)
          .execute();
      }
      await tables.deleteFrom("change_proof").execute();
    },
  },
  ADOPTION_MIGRATION,
  {
    name: "change-003-files-apart",
    up: async (database) => {
      await database.schema
        .alterTable("change")
        .addColumn("files", "text", (column) => column.notNull().defaultTo("[]"))
        .execute();
      const tables = database.withTables<Tables>();
      const rows = await tables.selectFrom("change").select(["id", "document"]).execute();
      for (const row of rows) {
        const { files, ...rest }: { readonly files: StoredFiles } = JSON.parse(row.document);
        const paths = files.map(([path]) => path);
        await tables
          .updateTable("change")
          .set({ document: JSON.stringify({ ...rest, paths }), files: JSON.stringify(files) })
          .where("id", "=", row.id)
          .execute();
      }
    },
  },
  FOUR_EYES_MIGRATION,
];

type StoredFiles = readonly (readonly [path: string, text: string])[];

/** A change as lists tell of it. */
export interface ListedChange {
  readonly change: ChangeFacts;
  readonly paths: readonly string[];
  /** The number of its form, so that two people do not overwrite each other. */
  readonly version: number;
  readonly createdMs: number;
  readonly updatedMs: number;
}

export interface StoredChange extends ListedChange {
  readonly change: Change;
}

/** Puts a new change in; it gets its number here. */
export async function insertChange(
  database: Database,
  draft: Change,
  nowMs: number,
): Promise<StoredChange> {
  const { device, status } = draft;
  const { id } = await database
    .withTables<Tables>()
    .insertInto("change")
    .values({
      device,
      status,
      version: 1,
      ...documentOf(draft),
      created_ms: nowMs,
      updated_ms: nowMs,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  const change = { ...draft, id };
  return { change, paths: pathsOf(change), version: 1, createdMs: nowMs, updatedMs: nowMs };
}

/** Null: there is none of this number. `isLocked`: nobody else writes it until the transaction ends. */
export async function findChange(
  database: Database,
  id: number,
  isLocked = false,
): Promise<StoredChange | null> {
  const query = database.withTables<Tables>().selectFrom("change").selectAll().where("id", "=", id);
  const row = await (isLocked ? query.forUpdate() : query).executeTakeFirst();
  return row === undefined ? null : toStored(row);
}

export async function updateChange(
  database: Database,
  { change, version }: StoredChange,
  nowMs: number,
): Promise<void> {
  await database
    .withTables<Tables>()
    .updateTable("change")
    .set({
      status: change.status,
      version: version + 1,
      ...documentOf(change),
      updated_ms: nowMs,
    })
    .where("id", "=", change.id)
    .execute();
}

/** Newest first; `beforeId`: those older than it. */
export async function listChanges(
  database: Database,
  { limit, beforeId }: { readonly limit: number; readonly beforeId: number | null },
): Promise<readonly ListedChange[]> {
  const query = database
    .withTables<Tables>()
    .selectFrom("change")
    .select(LISTED)
    .orderBy("id", "desc")
    .limit(limit);
  const rows = await (beforeId === null ? query : query.where("id", "<", beforeId)).execute();
  return rows.map(toListed);
}

/** Statuses of changes that wait for somebody. */
const WAITING: readonly Change["status"][] = ["draft", "proposed", "applying"];

/** Those that wait for somebody, newest first. */
export async function waitingChanges(
  database: Database,
  limit: number,
): Promise<readonly ListedChange[]> {
  const rows = await database
    .withTables<Tables>()
    .selectFrom("change")
    .select(LISTED)
    .where("status", "in", WAITING)
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
  return rows.map(toListed);
}

/** Numbers of those of a device that apply has, oldest first. */
export async function applyingChanges(
  database: Database,
  device: string,
): Promise<readonly number[]> {
  const rows = await database
    .withTables<Tables>()
    .selectFrom("change")
    .select("id")
    .where("device", "=", device)
    .where("status", "=", "applying")
    .orderBy("id")
    .execute();
  return rows.map(({ id }) => id);
}

const LISTED = ["id", "version", "document", "created_ms", "updated_ms"] as const;

/** The same content on the same state has one proof: a later one takes its place. */
export async function saveProof(
  database: Database,
  changeId: number,
  answer: ProofAnswer,
  nowMs: number,
): Promise<void> {
  const values = { at_ms: nowMs, answer: JSON.stringify(answer) };
  await database
    .withTables<Tables>()
    .insertInto("change_proof")
    .values({
      change_id: changeId,
      content_hash: answer.contentHash,
      running_hash: answer.runningHash,
      ...values,
    })
    .onConflict((conflict) =>
      conflict.columns(["change_id", "content_hash", "running_hash"]).doUpdateSet(values),
    )
    .execute();
}

export interface StoredProof {
  readonly answer: ProofAnswer;
  readonly atMs: number;
}

/** The newest proof of a content; null: there is none. */
export async function findProof(
  database: Database,
  changeId: number,
  contentHash: string,
): Promise<StoredProof | null> {
  const row = await database
    .withTables<Tables>()
    .selectFrom("change_proof")
    .select(["answer", "at_ms"])
    .where("change_id", "=", changeId)
    .where("content_hash", "=", contentHash)
    .orderBy("at_ms", "desc")
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  const answer: ProofAnswer = JSON.parse(row.answer);
  return { answer, atMs: row.at_ms };
}

type Document = Omit<ChangeFacts, "id"> & { readonly paths: readonly string[] };

function documentOf(change: Change): { readonly document: string; readonly files: string } {
  const { id: _, files, ...rest } = change;
  const document = JSON.stringify({ ...rest, paths: pathsOf(change) } satisfies Document);
  return { document, files: JSON.stringify([...files]) };
}

function pathsOf({ files }: Change): readonly string[] {
  return [...files.keys()];
}

interface ListedRow {
  readonly id: number;
  readonly version: number;
  readonly document: string;
  readonly created_ms: number;
  readonly updated_ms: number;
}

function toListed(row: ListedRow): ListedChange {
  const { paths, ...rest }: Document = JSON.parse(row.document);
  return {
    change: { ...rest, id: row.id },
    paths,
    version: row.version,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
  };
}

function toStored(row: ListedRow & { readonly files: string }): StoredChange {
  const listed = toListed(row);
  const files: StoredFiles = JSON.parse(row.files);
  return { ...listed, change: { ...listed.change, files: new Map(files) } };
}
