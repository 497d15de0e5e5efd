import type { Migration } from "../../platform/db/database.ts";
import type { Approval, ChangeStatus } from "./model.ts";

type Tables = {
  change: { id: number; document: string };
};

/** What a document held before anybody could approve alone. */
interface Before {
  readonly status: ChangeStatus;
  readonly approvals: readonly Omit<Approval, "alone">[];
}

/** Statuses behind the begin of an apply: what came so far was approved by somebody else. */
const BEGUN: readonly ChangeStatus[] = ["applying", "applied", "rolledBack", "failed"];

export const FOUR_EYES_MIGRATION: Migration = {
  name: "change-004-four-eyes",
  up: async (database) => {
    const tables = database.withTables<Tables>();
    for (const { id, document } of await tables
      .selectFrom("change")
      .select(["id", "document"])
      .execute()) {
      const before: Before = JSON.parse(document);
      const approvals = before.approvals.map((one) => ({ ...one, alone: null }));
      const isFourEyes = BEGUN.includes(before.status) ? true : null;
      const after = { ...before, approvals, alone: null, isFourEyes };
      await tables
        .updateTable("change")
        .set({ document: JSON.stringify(after) })
        .where("id", "=", id)
        .execute();
    }
  },
};
