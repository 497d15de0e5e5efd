import { toldRules } from "../../operations/audit/told.ts";
import { checkDevice } from "../../operations/inventory/checkDevice.ts";
import type { Reach } from "../../operations/inventory/model.ts";
import { runningDevice } from "../../operations/inventory/runningDevice.ts";
import { isDrifted } from "../../operations/inventory/snapshot.ts";
import { missingInterfaces } from "../../operations/inventory/zoneInterfaces.ts";
import { refuseUnknown } from "../../platform/refusal.ts";
import { namePath } from "../contract/common.ts";
import * as contract from "../contract/device.ts";
import { type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

type Parts = Pick<Service, "inventory" | "audit" | "adoptions" | "reverts">;
type RouteParts = Parts & Pick<Service, "standing">;

export function deviceRoutes(parts: RouteParts): readonly Mount[] {
  const { inventory, audit, reverts, adoptions, standing } = parts;
  return [
    operation({
      method: "get",
      path: "/v1/devices",
      summary: "Devices, and how what runs on them stands to what was approved",
      role: "any",
      result: contract.devices,
      run: async () => ({ devices: await devicesOf(parts) }),
    }),
    operation({
      method: "post",
      path: "/v1/devices/{name}/pull",
      summary: "Reads a device as it runs, and keeps what was read",
      role: "operator",
      params: namePath,
      result: contract.pulled,
      run: async ({ params: { name } }) => {
        const pulled = await inventory.pull(name);
        if (pulled.kind !== "pulled") return pulled;
        const { snapshot, notSeen } = pulled;
        const base = await inventory.baselineSnapshot(name);
        const { intents } = checkDevice(inventory.network(), name, runningDevice(snapshot).device);
        return {
          device: name,
          hash: snapshot.hash,
          notSeen,
          warnings: missingInterfaces(inventory.network(), snapshot),
          parts: snapshot.parts.map((part) => ({
            name: part.name,
            bytes: part.text === null ? null : Buffer.byteLength(part.text),
          })),
          meaning:
            base === null
              ? null
              : { isDrift: isDrifted(base, snapshot), ...toldRules(base, snapshot) },
          intents,
        };
      },
    }),
    operation({
      method: "get",
      path: "/v1/devices/{name}/intents",
      summary: "What is promised of a device, judged on what runs there",
      role: "any",
      params: namePath,
      result: contract.standing,
      run: async ({ params: { name } }) =>
        inventory.network().devices.has(name)
          ? standing(name)
          : refuseUnknown(`the network file knows no device \`${name}\``, "see `premortem status`"),
    }),
    operation({
      method: "get",
      path: "/v1/devices/{name}/snapshots/{hash}",
      summary: "What was read of a device at one moment",
      role: "any",
      params: contract.snapshotPath,
      result: contract.snapshot,
      run: async ({ params: { name, hash } }) => {
        const found = await inventory.snapshotOf(hash, name);
        return (
          found ??
          refuseUnknown(`no snapshot of \`${name}\` has the hash ${hash}`, "read the device first")
        );
      },
    }),
    operation({
      method: "post",
      path: "/v1/devices/{name}/baseline",
      summary: "Makes exactly what was looked at the approved state, whether it still runs or not",
      role: "operator",
      params: namePath,
      body: contract.adoptBody,
      result: contract.baseline,
      run: ({ params: { name }, body: { hash }, actor }) => adoptions.adopt(name, hash, actor),
    }),
    operation({
      method: "post",
      path: "/v1/devices/{name}/baseline/agree",
      summary: "Agrees, as a second person, to adopt what loses a promise of the baseline",
      role: "approver",
      params: namePath,
      body: contract.adoptBody,
      result: contract.baseline,
      run: ({ params: { name }, body: { hash }, actor }) => adoptions.agree(name, hash, actor),
    }),
    operation({
      method: "post",
      path: "/v1/devices/{name}/revert",
      summary: "Takes drift back to the baseline, where exactly this still runs",
      role: "operator",
      params: namePath,
      body: contract.adoptBody,
      result: contract.revertedDrift,
      run: async ({ params: { name }, body: { hash }, actor }) => {
        const reverted = await reverts.revert(name, hash, actor);
        if (reverted.kind === "refusal") return reverted;
        const { kind: _, ...body } = reverted;
        return body;
      },
    }),
    operation({
      method: "get",
      path: "/v1/differences",
      summary: "How rulesets changed since a moment, what it means, and who did it",
      role: "any",
      query: contract.sinceQuery,
      result: contract.differences,
      run: async ({ query: { since } }) => ({ differences: await audit.since(since) }),
    }),
  ];
}

export async function devicesOf({ inventory, audit, adoptions, reverts }: Parts) {
  const states = audit.states();
  return Promise.all(
    [...inventory.network().devices.values()].map(async ({ name, reach, sources }) => {
      const [baseline, lastPull, asked, lastRevert] = await Promise.all([
        inventory.baselineOf(name),
        inventory.lastPull(name),
        adoptions.asked(name),
        reverts.last(name),
      ]);
      const watch = states.get(name) ?? { kind: "noBaseline" as const };
      return {
        name,
        reach: reachText(reach),
        sources,
        watch,
        baseline,
        lastPull,
        asked,
        lastRevert,
      };
    }),
  );
}

function reachText(reach: Reach): string {
  switch (reach.kind) {
    case "local":
      return "local";
    case "namespace":
      return `namespace:${reach.name}`;
    case "simulated":
      return `simulated:${reach.name}`;
    case "ssh":
      return `ssh://${reach.target}${reach.port === null ? "" : `:${reach.port}`}`;
  }
}
