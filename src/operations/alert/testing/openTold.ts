import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { systemClock } from "../../../platform/clock.ts";
import type { Database } from "../../../platform/db/database.ts";
import { testDatabase } from "../../../platform/db/testing/testDatabase.ts";
import type { Received } from "../../../platform/notify/testing/receiver.ts";
import type { Notify } from "../../inventory/monitors.ts";
import { openTrail } from "../../trail/service.ts";
import { TRAIL_MIGRATIONS } from "../../trail/store.ts";
import { channelsOf } from "../channelsOf.ts";
import { type Alerts, openAlerts } from "../service.ts";
import { ALERT_MIGRATIONS } from "../store.ts";

export const SECRET = "a secret";

/** A database with the tables of alerts. */
export async function alertDatabase(): Promise<Database> {
  return (await testDatabase(TRAIL_MIGRATIONS, ALERT_MIGRATIONS)).database;
}

/** Alerts that a webhook at this address is told, signed with SECRET. */
export function openTold(
  database: Database,
  url: string | null,
  more: Partial<Notify> = {},
): Alerts {
  const webhook = url === null ? null : { url, secretFile: secretFile() };
  const channels = channelsOf({ alertmanager: null, webhook, email: null, ...more }, systemClock);
  const alerts = openAlerts({
    database,
    clock: systemClock,
    trail: openTrail({ database }),
    channels: () => channels,
    onFault: (fault) => {
      throw fault;
    },
    random: () => 0,
  });
  onTestFinished(() => alerts.close());
  return alerts;
}

function secretFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "premortem-notify-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "secret");
  writeFileSync(path, `${SECRET}\n`);
  return path;
}

/** What a message of the webhook holds. */
export interface ToldMessage {
  readonly id: string;
  readonly title: string;
  readonly groups: readonly {
    readonly key: string;
    readonly news: string;
    readonly alertCount: number;
    readonly alerts: readonly {
      readonly key: string;
      readonly title: string;
      readonly text: string;
    }[];
  }[];
}

export function messageOf({ body }: Received): ToldMessage {
  return JSON.parse(body);
}

/** `cause/1 opened`, for each group of a message. */
export function toldOf(received: Received): readonly string[] {
  return messageOf(received).groups.map(({ key, news }) => `${key} ${news}`);
}
