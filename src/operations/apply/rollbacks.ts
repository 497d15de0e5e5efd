import type { Database } from "../../platform/db/database.ts";
import type { ApplyTables } from "./store.ts";

/** Rollbacks of a device that no person asked for. */
export interface AutomaticRollbacks {
  readonly ofContent: number;
  readonly since: number;
}

export async function countRollbacks(
  database: Database,
  device: string,
  contentHash: string,
  sinceMs: number,
): Promise<AutomaticRollbacks> {
  const automatic = database
    .withTables<ApplyTables>()
    .selectFrom("apply")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("device", "=", device)
    .where(({ eb, or, and }) =>
      or([
        and([
          eb("state_kind", "=", "rolledBack"),
          eb("rollback_reason", "not in", ["asked", "superseded"]),
        ]),
        /* A rollback as well, and one that went wrong. */
        eb("state_kind", "=", "stuck"),
      ]),
    );
  const ofContent = await automatic
    .where("content_hash", "=", contentHash)
    .executeTakeFirstOrThrow();
  const since = await automatic.where("state_ms", ">=", sinceMs).executeTakeFirstOrThrow();
  return { ofContent: Number(ofContent.count), since: Number(since.count) };
}
