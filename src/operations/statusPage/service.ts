import type { JSONColumnType } from "kysely";
import { isKept } from "../../engine/intents/model.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database, Migration } from "../../platform/db/database.ts";
import { openTurns } from "../../platform/turns.ts";
import type { WatchState } from "../audit/model.ts";
import type { Standing } from "../audit/standing.ts";
import type { Incidents } from "../incident/service.ts";
import type { Network } from "../inventory/model.ts";
import { isStale, type ProbeState } from "../probe/model.ts";
import { type Known, MAXIMUM_INCIDENTS, nextState } from "./compute.ts";
import { statusHtml } from "./html.ts";
import type { StatusState } from "./model.ts";
import { statuspageV2, V2_FILES } from "./statuspageV2.ts";

export interface StatusPageOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly network: () => Network;
  readonly incidents: Pick<Incidents, "list">;
  readonly probes: () => readonly ProbeState[];
  readonly watched: () => ReadonlyMap<string, WatchState>;
  readonly standing: (device: string) => Promise<Standing>;
}

/** One file of the page, to be put anywhere. */
export interface StatusFile {
  /** `index.html`, `api/v2/summary.json`. */
  readonly path: string;
  readonly type: "text/html" | "application/json";
  readonly text: string;
}

/** The public page. */
export interface StatusPages {
  /** Null: the network file has none. */
  files(): Promise<readonly StatusFile[] | null>;
  /** What it says; null: the network file has none. */
  state(): Promise<StatusState | null>;
  /** Whether whoever comes may see it here. */
  isServed(): boolean;
  /** Works it out anew. */
  update(): Promise<void>;
  settled(): Promise<void>;
}

type Tables = {
  readonly status_page: { readonly id: number; readonly state: JSONColumnType<StatusState> };
};

export const STATUS_PAGE_MIGRATIONS: readonly Migration[] = [
  {
    name: "status-page-001-state",
    up: async ({ schema }) => {
      await schema
        .createTable("status_page")
        .addColumn("id", "integer", (column) => column.primaryKey())
        .addColumn("state", "jsonb", (column) => column.notNull())
        .execute();
    },
  },
];

/** There is one page, in one row. */
const ROW = 1;

export function openStatusPages(options: StatusPageOptions): StatusPages {
  const { clock, network, database } = options;
  const turns = openTurns();
  const update = () =>
    turns.take(async () => {
      const page = network().statusPage;
      if (page === null) return;
      const state = nextState(page, await read(database), await evidenceOf(options), clock());
      await write(database, state);
    });
  const state = async () => {
    if (network().statusPage === null) return null;
    if ((await read(database)) === null) await update();
    return read(database);
  };
  return {
    async files() {
      const found = await state();
      const page = network().statusPage;
      return page === null || found === null ? null : filesOf(page.title, found);
    },
    state,
    isServed: () => network().statusPage?.isServed ?? false,
    update,
    settled: () => turns.settled(),
  };
}

function filesOf(title: string, state: StatusState): readonly StatusFile[] {
  const v2 = statuspageV2(title, state);
  return [
    { path: "index.html", type: "text/html", text: statusHtml(title, state) },
    ...V2_FILES.map((name) => ({
      path: `api/v2/${name}`,
      type: "application/json" as const,
      text: `${JSON.stringify(v2[name], null, 2)}\n`,
    })),
  ];
}

async function evidenceOf(options: StatusPageOptions) {
  const { clock, network, probes, watched, standing, incidents } = options;
  const [nowMs, states] = [clock(), probes()];
  const devices = [...network().devices.keys()];
  const standings = await Promise.all(devices.map(standing));
  const isSeen = devices.every((name) => watched().get(name)?.kind === "watching");
  return {
    incidents: await incidents.list(MAXIMUM_INCIDENTS, null),
    intent: (id: string): Known => {
      const found = standings.flatMap(({ intents }) => intents).filter((one) => one.id === id);
      if (found.some(({ status }) => status === "broken")) return "fails";
      const isProved = found.length > 0 && found.every(({ status }) => isKept(status));
      return isProved && isSeen ? "works" : "unknown";
    },
    probe: (name: string): Known => {
      const state = states.find(({ monitor }) => monitor.id === name);
      if (state?.last == null || isStale(state, nowMs)) return "unknown";
      return PROBE_KNOWN[state.last.outcome];
    },
  };
}

const PROBE_KNOWN = { ok: "works", degraded: "slow", failed: "fails", blind: "unknown" } as const;

async function read(database: Database): Promise<StatusState | null> {
  const row = await database
    .withTables<Tables>()
    .selectFrom("status_page")
    .select("state")
    .where("id", "=", ROW)
    .executeTakeFirst();
  return row?.state ?? null;
}

async function write(database: Database, state: StatusState): Promise<void> {
  const text = JSON.stringify(state);
  await database
    .withTables<Tables>()
    .insertInto("status_page")
    .values({ id: ROW, state: text })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ state: text }))
    .execute();
}
