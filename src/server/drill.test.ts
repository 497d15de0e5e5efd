import { expect, test } from "vitest";
import type { Transport } from "../platform/transport/transport.ts";
import * as contract from "./contract/drill.ts";
import { PEOPLE, type TestServer, testServer } from "./testing/testServer.ts";

const LONG_MS = 120_000;
/** A device of the machine itself: whatever reached it would do harm. */
const NETWORK = `
devices:
  fw1: { reach: local, sources: /etc/nftables.conf }
zones: {}
${PEOPLE}`;

const ACTIONS = [
  { kind: "wait", minutes: 6 },
  { kind: "declare" },
  { kind: "look", at: "differences" },
  { kind: "probe", probe: "mail1-out" },
  { kind: "diagnose", suspect: "rule-all" },
  { kind: "nft", script: "flush ruleset" },
  { kind: "reload" },
  { kind: "restart", service: "postgresql" },
  { kind: "purgeQueues" },
];

/** A way to a device that notes whatever is asked of it, and does none of it. */
function watchedTransport(asked: string[]): Transport {
  const note = (what: string) => (): never => {
    asked.push(what);
    throw new Error(`${what} reached a device`);
  };
  return new Proxy({} as Transport, {
    get: (_target, name) => (name === "then" ? undefined : note(String(name))),
  });
}

async function begin(server: TestServer, token: string, drill = "origin") {
  const answer = await server.ask("POST", `/v1/drills/${drill}/runs`, { token, body: {} });
  return contract.run.parse(answer.body);
}

test(
  "a drill never touches a real network: no command reaches a device of the network file",
  async () => {
    const asked: string[] = [];
    const server = await testServer({
      network: NETWORK,
      openTransport: () => watchedTransport(asked),
    });
    const token = await server.token("vera");
    const { id } = await begin(server, token);
    for (const body of ACTIONS) {
      const answer = await server.ask("POST", `/v1/drill-runs/${id}/actions`, { token, body });
      expect(answer.status, answer.text).toBe(200);
    }
    expect(asked).toEqual([]);
  },
  LONG_MS,
);

test(
  "a run is taken up where it was after the server was killed, and is one's own alone",
  async () => {
    const server = await testServer();
    const [vera, ana] = [await server.token("vera"), await server.token("ana")];
    const { id } = await begin(server, vera);
    const act = (body: object, token = vera) =>
      server.ask("POST", `/v1/drill-runs/${id}/actions`, { token, body });
    await act({ kind: "wait", minutes: 6 });
    await act({ kind: "look", at: "differences" });
    const { openDrills } = await import("../operations/drill/service.ts");
    const { readDrills } = await import("../operations/drill/shelf.ts");
    const before = await server.ask("GET", `/v1/drill-runs/${id}`, { token: vera });
    const other = openDrills({
      database: server.database.database,
      clock: Date.now,
      shelf: readDrills("drills"),
      trail: server.service.trail,
      onFault: (fault) => {
        throw fault;
      },
    });
    const actor = { login: "vera", roles: ["viewer"] as const };
    const again = await other.find(id, actor);
    if ("reason" in again) throw new Error(again.reason);
    expect(again.nowMs).toBe(contract.run.parse(before.body).nowMs);
    const undone = await other.act(id, { kind: "undo", difference: 1 }, actor);
    expect("reason" in undone ? undone : undone.run.entries.at(-1)?.answer).toMatchObject({
      isDone: true,
      lines: ["done"],
    });
    expect((await act({ kind: "declare" }, ana)).status).toBe(404);
    expect((await server.ask("GET", `/v1/drill-runs/${id}`, { token: ana })).status).toBe(404);
    const debrief = `/v1/drill-runs/${id}/debrief`;
    expect((await server.ask("GET", debrief, { token: vera })).status).toBe(409);
    await act({ kind: "giveUp" });
    const told = await server.ask("GET", debrief, { token: vera });
    expect(contract.debrief.parse(told.body)).toMatchObject({ outcome: "givenUp", run: id });
    expect((await act({ kind: "declare" })).status).toBe(409);
    const list = await server.ask("GET", "/v1/drills", { token: ana });
    expect(contract.drills.parse(list.body).runs).toEqual([]);
  },
  LONG_MS,
);
