import type { Network } from "../../operations/inventory/model.ts";
import { networkMap } from "../../operations/inventory/networkMap.ts";
import type { BadNetworkFile } from "../../operations/inventory/service.ts";
import { isStale, type ProbeState, vantageText } from "../../operations/probe/model.ts";
import type { Actor } from "../../platform/auth/actor.ts";
import { refuseUnknown } from "../../platform/refusal.ts";
import { idPath, namePath } from "../contract/common.ts";
import * as contract from "../contract/service.ts";
import { type ApiError, apiError, CallError } from "../errors.ts";
import { type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";
import { changeBody, lateWith } from "./changes.ts";
import { devicesOf } from "./devices.ts";
import { incidentBody } from "./incidents.ts";

/** Alerts, changes and incidents that the overview lists of each; where there are more, it says so. */
const OVERVIEW = 100;

export function serviceRoutes(service: Service): readonly Mount[] {
  const { inventory, trail, probes, clock } = service;
  return [
    ...tokenRoutes(service),
    operation({
      method: "get",
      path: "/v1/status",
      summary: "What is proved, what is felt, what is not seen, and what waits for somebody",
      role: "any",
      result: contract.status,
      run: ({ actor }) => statusOf(service, actor),
    }),
    operation({
      method: "get",
      path: "/v1/network",
      summary: "What the network file says",
      role: "any",
      result: contract.networkSummary,
      run: async () => networkBody(inventory.network()),
    }),
    operation({
      method: "post",
      path: "/v1/network/reload",
      summary: "Reads the network file again; one with mistakes changes nothing",
      role: "operator",
      result: contract.networkSummary,
      run: async ({ actor }) => {
        const bad = await service.reload(actor);
        if (bad !== null) throw new CallError(badFileError(bad));
        return networkBody(inventory.network());
      },
    }),
    operation({
      method: "get",
      path: "/v1/probes",
      summary: "Probes, with what each found last",
      role: "any",
      result: contract.probes,
      run: async () => ({ probes: probes.states().map((one) => probeBody(one, clock())) }),
    }),
    operation({
      method: "post",
      path: "/v1/probes/{name}/run",
      summary: "Asks now",
      role: "operator",
      params: namePath,
      result: contract.probe,
      run: async ({ params: { name } }) => {
        if (!probes.states().some(({ monitor }) => monitor.id === name))
          return refuseUnknown(`there is no probe \`${name}\``, "list them: `premortem status`");
        await probes.run(name);
        const [state] = probes.states().filter(({ monitor }) => monitor.id === name);
        if (state === undefined) throw new Error(`probe ${name} is gone`);
        return probeBody(state, clock());
      },
    }),
    operation({
      method: "get",
      path: "/v1/trail",
      summary: "What happened, from the last entry to the first",
      role: "any",
      query: contract.trailQuery,
      result: contract.trailPage,
      run: async ({ query: { limit, before, subject } }) => ({
        entries: await trail.page({ limit, before: before ?? null, subject: subject ?? null }),
      }),
    }),
    operation({
      method: "post",
      path: "/v1/trail/verify",
      summary: "Reads the whole trail again, and compares it with a head that was kept elsewhere",
      role: "any",
      body: contract.anchorBody,
      result: contract.verdict,
      run: async ({ body: { anchor } }) => {
        const verdict = await trail.verify(anchor);
        return { isWhole: verdict.flaw === null, ...verdict };
      },
    }),
  ];
}

function networkBody(network: Network) {
  const { devices, zones, roles, intents, monitors, people } = network;
  return {
    map: networkMap(network),
    devices: [...devices.keys()],
    zones: [...zones.keys()],
    roles: [...roles.keys()],
    intents: intents.map(({ id, isCritical, reason }) => ({ id, critical: isCritical, reason })),
    monitors: monitors.map(({ id }) => id),
    people: people.map(({ login, name }) => ({ login, name })),
  };
}

/** Each mistake at its line. */
function badFileError({ file, problem, diagnostics }: BadNetworkFile): ApiError {
  const problems = diagnostics.map(({ span, message, help }) => ({
    path: span === null ? file : `${file}:${span.line}:${span.column}`,
    message: `${message}${help === "" ? "" : `; ${help}`}`,
  }));
  const [first] = problems;
  const told = problem?.message ?? (first === undefined ? "" : `${first.path}: ${first.message}`);
  return apiError(
    409,
    "badNetworkFile",
    `the network file is not used: ${told}`,
    problem?.help ?? "mend it; what was read before stays in use",
    problems,
  );
}

function tokenRoutes({ access }: Service): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/self",
      summary: "Whom the token stands for",
      role: "token",
      result: contract.self,
      run: async ({ actor }) => actor,
    }),
    operation({
      method: "get",
      path: "/v1/tokens",
      summary: "Tokens, newest first; their secrets are not kept",
      role: "admin",
      result: contract.tokens,
      run: async () => ({ tokens: await access.list() }),
    }),
    operation({
      method: "post",
      path: "/v1/tokens",
      summary: "Makes a token for a person of the network file",
      role: "admin",
      body: contract.issueBody,
      result: contract.issuedToken,
      run: ({ body: { roles, ...wishes }, actor }) =>
        access.issue(roles === undefined ? wishes : { ...wishes, roles }, actor),
    }),
    operation({
      method: "delete",
      path: "/v1/tokens/{id}",
      summary: "Takes a token back at once",
      role: "admin",
      params: idPath,
      result: contract.oneToken,
      run: ({ params, actor }) => access.revoke(params.id, actor),
    }),
  ];
}

async function statusOf(service: Service, actor: Actor) {
  const { version, clock, probes, incidents, changes, monitors, alerts } = service;
  const late = await lateWith(service.training, actor);
  /* One more than is listed, which tells whether there are more. */
  const limit = OVERVIEW + 1;
  const [devices, openIncidents, waiting, openAlerts] = await Promise.all([
    devicesOf(service),
    incidents.open(),
    changes.waiting(limit),
    alerts.list({ limit, beforeId: null, isOpen: true }),
  ]);
  const all = {
    alerts: openAlerts,
    incidents: [...openIncidents].reverse().map(incidentBody),
    changes: waiting.map((one) => changeBody(one, actor, late)),
  };
  const kinds = ["alerts", "incidents", "changes"] as const;
  return {
    version,
    atMs: clock(),
    devices,
    probes: probes.states().map((one) => probeBody(one, clock())),
    symptoms: monitors.active(),
    monitors: monitors.states(),
    channels: await alerts.channels(),
    alerts: all.alerts.slice(0, OVERVIEW),
    incidents: all.incidents.slice(0, OVERVIEW),
    changes: all.changes.slice(0, OVERVIEW),
    notAllOf: kinds.filter((kind) => all[kind].length > OVERVIEW),
  };
}

function probeBody(state: ProbeState, nowMs: number) {
  const { monitor, last, sinceMs } = state;
  return {
    name: monitor.id,
    kind: monitor.kind,
    from: monitor.from,
    outcome: last?.outcome ?? null,
    sinceMs,
    isStale: isStale(state, nowMs),
    atMs: last?.atMs ?? null,
    durationMs: last?.durationMs ?? null,
    measured: last?.measured ?? null,
    reason: last?.reason ?? null,
    vantage: last === null ? null : vantageText(last.vantage),
    flows: monitor.flows,
  };
}
