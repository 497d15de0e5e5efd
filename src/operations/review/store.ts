import type { Generated, Selectable } from "kysely";
import type { Database, Migration } from "../../platform/db/database.ts";
import type { Comment, CommentWish } from "./model.ts";

type ReviewTables = { readonly review_comment: CommentTable };

interface CommentTable {
  readonly id: Generated<number>;
  readonly change_id: number;
  readonly by: string;
  readonly at_ms: number;
  readonly text: string;
  readonly content_hash: string;
  readonly path: string | null;
  readonly line: number | null;
  readonly resolved_by: string | null;
  readonly resolved_ms: number | null;
}

export const REVIEW_MIGRATIONS: readonly Migration[] = [
  {
    name: "review-001-comments",
    up: async ({ schema }) => {
      await schema
        .createTable("review_comment")
        .addColumn("id", "serial", (column) => column.primaryKey())
        .addColumn("change_id", "integer", (column) => column.notNull().references("change.id"))
        .addColumn("by", "text", (column) => column.notNull())
        .addColumn("at_ms", "double precision", (column) => column.notNull())
        .addColumn("text", "text", (column) => column.notNull())
        .addColumn("content_hash", "text", (column) => column.notNull())
        .addColumn("path", "text")
        .addColumn("line", "integer")
        .addColumn("resolved_by", "text")
        .addColumn("resolved_ms", "double precision")
        .execute();
      await schema
        .createIndex("review_comment_change")
        .on("review_comment")
        .column("change_id")
        .execute();
    },
  },
];

export interface ReviewStore {
  /** Oldest first. */
  of(change: number): Promise<readonly Comment[]>;
  find(id: number): Promise<Comment | null>;
  add(change: number, wish: CommentWish, by: string, atMs: number): Promise<Comment>;
  /** `by` null: it is open again. */
  setResolved(id: number, by: string | null, atMs: number): Promise<void>;
}

export function reviewStore(database: Database): ReviewStore {
  const tables = database.withTables<ReviewTables>();
  return {
    async of(change) {
      const rows = await tables
        .selectFrom("review_comment")
        .selectAll()
        .where("change_id", "=", change)
        .orderBy("id")
        .execute();
      return rows.map(toComment);
    },
    async find(id) {
      const row = await tables
        .selectFrom("review_comment")
        .selectAll()
        .where("id", "=", id)
        .executeTakeFirst();
      return row === undefined ? null : toComment(row);
    },
    async add(change, { text, contentHash, place }, by, atMs) {
      const row = await tables
        .insertInto("review_comment")
        .values({
          change_id: change,
          by,
          at_ms: atMs,
          text,
          content_hash: contentHash,
          path: place?.path ?? null,
          line: place?.line ?? null,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toComment(row);
    },
    async setResolved(id, by, atMs) {
      await tables
        .updateTable("review_comment")
        .set({ resolved_by: by, resolved_ms: by === null ? null : atMs })
        .where("id", "=", id)
        .execute();
    },
  };
}

function toComment(row: Selectable<CommentTable>): Comment {
  const { id, change_id, by, at_ms, text, content_hash, path, line } = row;
  const { resolved_by, resolved_ms } = row;
  return {
    id,
    change: change_id,
    by,
    atMs: at_ms,
    text,
    contentHash: content_hash,
    place: path === null || line === null ? null : { path, line },
    resolved:
      resolved_by === null || resolved_ms === null ? null : { by: resolved_by, atMs: resolved_ms },
  };
}
