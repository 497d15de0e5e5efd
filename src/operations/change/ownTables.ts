import type { NetworkDevice } from "../inventory/model.ts";

/** Tables that premortem may change. */
export function ownTables({ owners }: NetworkDevice): readonly string[] {
  return [...owners].flatMap(([key, owner]) => (owner === "premortem" ? [key] : []));
}

/** Whether the network file names another program as the one that writes a table (`family name`). */
export function isOfAnother({ owners }: NetworkDevice, table: string): boolean {
  return (owners.get(table) ?? "premortem") !== "premortem";
}
