import type { ApplyOrder } from "../../operations/apply/store.ts";

type Told = Pick<ApplyOrder, "changeId" | "contentHash" | "startedMs">;

/** An apply of the device `fw` that loads nothing: all that is not said of it is empty. */
export function paperOrder(
  told: Told & Partial<ApplyOrder>,
  plan: Partial<ApplyOrder["plan"]> = {},
): ApplyOrder {
  return {
    device: "fw",
    networkHash: "",
    by: "ana",
    green: [],
    overridden: [],
    undecided: [],
    brokenBefore: [],
    wasBaseline: true,
    foreignHash: "",
    files: [],
    filesBefore: [],
    ...told,
    plan: {
      id: 1,
      tables: [],
      base: "",
      candidate: "",
      load: "",
      restore: "",
      live: { all: [], carried: [], lost: [], refilled: [] },
      losses: [],
      windowS: 60,
      ...plan,
    },
  };
}
