import { expect, test } from "vitest";
import { insertApply, writeAftermath, writeState } from "../operations/apply/store.ts";
import { isRefusal } from "../operations/change/permission.ts";
import { insertChange } from "../operations/change/store.ts";
import { draft } from "../operations/change/transition.ts";
import { paperDevice } from "./testing/paperDevice.ts";
import { paperOrder } from "./testing/paperOrder.ts";
import { PEOPLE, type TestServer, testServer } from "./testing/testServer.ts";

/* How a change ends whose apply was stuck: somebody looks at what runs since, and approves it. */

const NETWORK = `
devices:
  fw: { reach: local, managed-by: { inet edge: premortem } }
zones: {}
${PEOPLE}`;
const LISTING = "table inet edge {\n\tchain forward {\n\t}\n}\n";
const ANA = { login: "ana", roles: ["operator"] } as const;

/** A change of `fw` whose apply is stuck since now. */
async function stuckChange({ database: { database } }: TestServer): Promise<number> {
  const began = draft(0, "fw", new Map([["/etc/nftables.conf", LISTING]]), ANA);
  if (isRefusal(began)) throw new Error(began.reason);
  const { change } = await insertChange(database, { ...began, status: "applying" }, Date.now());
  const { contentHash } = change;
  const order = paperOrder({ changeId: change.id, contentHash, startedMs: Date.now() });
  const { id } = await insertApply(database, order);
  const stuck = { kind: "stuck", why: "runsOtherwise", running: "other" } as const;
  await writeState(database, id, stuck, Date.now());
  await writeAftermath(database, id, {
    bootProblem: null,
    baselineProblem: null,
    openConnections: null,
    flushed: [],
    waitsFor: [],
  });
  return change.id;
}

async function open() {
  const transport = paperDevice(() => LISTING);
  const server = await testServer({ network: NETWORK, openTransport: () => transport });
  const { service } = server;
  const pull = async () => {
    const pulled = await service.inventory.pull("fw");
    if (pulled.kind !== "pulled") throw new Error(pulled.kind);
    return pulled.snapshot.hash;
  };
  const told = async (id: number) => {
    await service.round();
    const found = await service.changes.get(id);
    const firing = await service.alerts.unresolved();
    return [
      "change" in found ? found.change.status : found.reason,
      ...firing.map(({ key }) => key),
    ];
  };
  return { server, service, pull, told };
}

test("what was read and adopted since a stuck apply ends its change and its alert", async () => {
  const { server, service, pull, told } = await open();
  const hash = await pull();
  server.pass(1_000);
  const id = await stuckChange(server);
  expect(await told(id)).toEqual(["applying", "apply/fw"]);
  server.pass(1_000);
  await service.adoptions.adopt("fw", hash, ANA);
  expect(await told(id)).toEqual(["applying", "apply/fw"]);
  /* The same state: what counts is that somebody has read it since. */
  expect(await pull()).toBe(hash);
  await service.adoptions.adopt("fw", hash, ANA);
  expect(await told(id)).toEqual(["failed"]);
  const [ended] = (
    await service.trail.page({ before: null, limit: 99, subject: `change/${id}` })
  ).filter(({ kind }) => kind === "change.ended");
  expect(ended).toMatchObject({ actor: "ana", details: { end: "stuck", apply: 1, adopted: hash } });
  expect(ended?.details["reason"]).toMatch(/something runs that is neither/);
});

test("a change that is being applied and is not stuck is left alone", async () => {
  const { server, service, pull, told } = await open();
  const id = await stuckChange(server);
  server.pass(1_000);
  await writeState(server.database.database, 1, { kind: "loaded" }, Date.now());
  await service.adoptions.adopt("fw", await pull(), ANA);
  expect(await told(id)).toEqual(["applying"]);
});

test("what is over may be proposed anew, and not applied", async () => {
  const { server, service, pull } = await open();
  const id = await stuckChange(server);
  server.pass(1_000);
  await service.adoptions.adopt("fw", await pull(), ANA);
  await service.round();
  const files = new Map([["/etc/nftables.conf", LISTING]]);
  expect(await service.changes.edit(id, files, ANA)).toMatchObject({
    reason: `change ${id} is failed: its apply was stuck`,
    help: "begin a new change",
  });
  expect(await service.changes.propose("fw", files, ANA)).toMatchObject({
    change: { status: "proposed" },
  });
});
