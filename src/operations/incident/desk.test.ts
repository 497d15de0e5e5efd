import { readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { isReadWhole, meaningOf } from "../audit/meaning.ts";
import type { DriftState, SeenDifference } from "../audit/model.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import { makeSnapshot } from "../inventory/snapshot.ts";
import { REOPEN_MS } from "./desk.ts";
import { waitingFor } from "./life.ts";
import { exampleNetwork, openDesk } from "./testing/openDesk.ts";

const EDGE = readFileSync("examples/mail/edge.nft", "utf8");
const NETWORK = exampleNetwork();

const EDGE_DEVICE = NETWORK.devices.get("edge");
if (EDGE_DEVICE === undefined) throw new Error("no edge");
/** With a host that stands between nothing. */
const WITH_HOST = {
  ...NETWORK,
  devices: new Map([
    ["edge", EDGE_DEVICE],
    ["host", { ...EDGE_DEVICE, name: "host", addresses: new Map() }],
  ]),
};

/** What runs where these commands were run on the example. */
function edge(...commands: readonly string[]) {
  return makeSnapshot("edge", [{ name: "nft", text: [EDGE, ...commands, ""].join("\n") }]);
}

const POLLING = { everyMs: 60_000, withoutEvents: [], text: "" };
const insert = (rule: string) => `insert rule inet edge forward ${rule}`;
const DROP = insert("ip saddr 10.10.2.8/29 drop");

function drift(...commands: readonly string[]): DriftState {
  const [before, after] = [runningDevice(edge()), runningDevice(edge(...commands))];
  const { kind, broken, undecided } = meaningOf(NETWORK, "edge", before.device, after.device);
  return {
    isDrift: commands.length > 0,
    meaning: kind,
    broken,
    undecided,
    isWhole: isReadWhole(after),
    atMs: 10,
    change: null,
  };
}

describe("intents that a rule by hand breaks", () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["go on where the rule stays", [DROP], ["mail-out", "mail-names", "mail-users"]],
    ["are over where it is gone", [], []],
    [
      "are over where a rule before it repairs them",
      [DROP, insert("ip saddr 10.10.2.8/29 accept")],
      [],
    ],
    [
      "go on where a limit before it makes them undecided",
      [DROP, insert("ip saddr 10.10.2.0/24 limit rate 10/second accept")],
      ["mail-out", "mail-names", "mail-users"],
    ],
    [
      "are over one by one",
      [DROP, insert("ip saddr 10.10.2.8/29 ip daddr 10.10.4.10 accept")],
      ["mail-out", "mail-names"],
    ],
  ];
  test.each(cases)("%s", async (_name, commands, expected) => {
    const { incidents } = await openDesk();
    const seen = { kind: "watching", sinceMs: 0, snapshot: "", polling: POLLING } as const;
    await incidents.drifted("edge", { ...seen, drift: drift(DROP) });
    await incidents.drifted("edge", { ...seen, drift: drift(...commands) });
    const waiting = (await incidents.open()).flatMap(waitingFor);
    expect(waiting.map(({ intent }) => intent?.id)).toEqual(expected);
  });
});

test("mail and users are helped once the last broken intent holds again, whoever mended it", async () => {
  const asked: number[] = [];
  const recover = async ({ id }: { readonly id: number }) => {
    asked.push(id);
    return ["mail1: queue flushed"];
  };
  const { incidents } = await openDesk({ recover });
  const seen = { kind: "watching", sinceMs: 0, snapshot: "", polling: POLLING } as const;
  await incidents.drifted("edge", { ...seen, drift: drift(DROP) });
  await incidents.settled();
  expect(asked).toEqual([]);
  await incidents.drifted("edge", { ...seen, drift: drift() });
  await incidents.settled();
  const [incident] = await incidents.list(1, null);
  expect(incident?.timeline.map(({ text }) => text)).toContain("mail1: queue flushed");
  expect(asked).toEqual([incident?.id]);
});

test("what was not read may break what seems to hold again", async () => {
  const { incidents } = await openDesk();
  const seen = { kind: "watching", sinceMs: 0, snapshot: "", polling: POLLING } as const;
  await incidents.drifted("edge", { ...seen, drift: drift(DROP) });
  const mended = drift(insert("counter"));
  await incidents.drifted("edge", { ...seen, drift: { ...mended, isWhole: false } });
  expect((await incidents.open()).flatMap(waitingFor)).toHaveLength(3);
  await incidents.drifted("edge", { ...seen, drift: mended });
  expect((await incidents.open()).flatMap(waitingFor)).toEqual([]);
});

describe("what hurts, and no difference explains it", () => {
  const flows = [{ from: "mail-servers", to: "internet", service: "smtp" }];
  const symptom = { id: "smtp", sinceMs: 20, text: "smtp", flows, intent: null };
  const untied = { ...symptom, flows: [], weight: "vague" } as const;

  test("is not said to be no rule's doing where nobody sees the device in between", async () => {
    const { incidents } = await openDesk({ isSeen: () => false });
    await incidents.symptom(symptom);
    const [incident] = await incidents.open();
    expect(incident?.cause).toMatchObject({ kind: "unclear", candidates: [], notSeen: ["edge"] });
    expect(incident?.timeline.at(-1)?.text).toContain(
      "edge is not seen: a rule there may be the cause",
    );
  });

  test("is decided as soon as the device is seen", async () => {
    const seen = new Set<string>();
    const { incidents } = await openDesk({ isSeen: (device) => seen.has(device) });
    await incidents.symptom(symptom);
    seen.add("edge");
    await incidents.drifted("edge", {
      kind: "watching",
      sinceMs: 0,
      snapshot: "",
      polling: POLLING,
      drift: drift(),
    });
    expect((await incidents.open())[0]?.cause?.kind).toBe("notByRules");
  });

  test("may come from any device that is not seen where nothing ties it to a connection", async () => {
    const { incidents } = await openDesk({ network: () => WITH_HOST, isSeen: () => false });
    await incidents.symptom(untied);
    expect((await incidents.open())[0]?.cause).toMatchObject({ notSeen: ["edge", "host"] });
    await incidents.symptom({ ...symptom, id: "tied" });
    expect((await incidents.open())[0]?.cause).toMatchObject({ notSeen: ["edge"] });
  });
});

describe("evidence", () => {
  const DEAD = {
    id: "peer",
    sinceMs: 20,
    text: "mx.dead.example cannot be reached",
    flows: [{ from: "10.10.2.11", to: "44.128.1.25", service: "tcp/25" }],
    weight: "evidence",
    intent: null,
  } as const;
  const { weight: _, ...rest } = DEAD;
  const sign = { ...rest, id: "database" };
  const idsOf = async ({ incidents }: Awaited<ReturnType<typeof openDesk>>) =>
    (await incidents.open()).flatMap(({ symptoms }) => symptoms.map(({ id }) => id));

  test("of one dead server opens no incident, and joins the one that opens", async () => {
    const desk = await openDesk();
    await desk.incidents.symptom(DEAD);
    await desk.incidents.settled();
    expect(await idsOf(desk)).toEqual([]);
    await desk.incidents.symptom(sign);
    expect(await idsOf(desk)).toEqual(["database", "peer"]);
  });

  test("that is over joins nothing", async () => {
    const desk = await openDesk();
    await desk.incidents.symptom(DEAD);
    await desk.incidents.symptomOver("peer");
    await desk.incidents.symptom(sign);
    expect(await idsOf(desk)).toEqual(["database"]);
  });

  test("joins what goes on, and begins nothing that is over anew", async () => {
    const desk = await openDesk();
    await desk.incidents.symptom(sign);
    await desk.incidents.symptom(DEAD);
    expect(await idsOf(desk)).toEqual(["database", "peer"]);
    await desk.incidents.symptomOver("database");
    await desk.incidents.symptom({ ...DEAD, id: "other" });
    const [incident] = await desk.incidents.open();
    expect([incident?.recoveredMs, incident?.symptoms.length]).toEqual([30, 2]);
  });

  test("opens one where a difference is proved to have cut it, whenever that is seen", async () => {
    const [before, after] = [edge(), edge(DROP)];
    const seen: SeenDifference = {
      id: 1,
      device: "edge",
      atMs: 10,
      sinceMs: null,
      isPolled: false,
      parts: ["nft"],
      before: before.hash,
      after: after.hash,
      meaning: "breaks",
      broken: [],
      doubtful: [],
      repaired: [],
      added: [DROP],
      removed: [],
      by: { kind: "unknown", reason: "", process: null },
    };
    let differences: readonly SeenDifference[] = [];
    const desk = await openDesk({
      differencesSince: async () => differences,
      snapshotOf: async (hash) => [before, after].find((one) => one.hash === hash) ?? null,
    });
    await desk.incidents.symptom(DEAD);
    await desk.incidents.settled();
    expect(await idsOf(desk)).toEqual([]);
    differences = [seen];
    await desk.incidents.differenceSeen();
    await desk.incidents.settled();
    const [incident] = await desk.incidents.open();
    expect(incident?.cause).toMatchObject({ kind: "explained", explains: ["peer"] });
  });
});

describe("complaints", () => {
  const NOW_MS = 1_000_000;
  const surge = {
    id: "desk/surge",
    sinceMs: NOW_MS + 10,
    text: "5 complaints within a minute",
    flows: [],
    weight: "hearsay",
    intent: null,
  } as const;
  const sign = { ...surge, id: "probe/smtp", sinceMs: NOW_MS, text: "smtp" };

  async function overOutage() {
    let nowMs = NOW_MS;
    const { incidents } = await openDesk({ clock: () => nowMs });
    const { weight: _, ...felt } = sign;
    await incidents.symptom(felt);
    nowMs += 20;
    await incidents.symptomOver(sign.id);
    const ofAll = async () => (await incidents.list(9, null)).map(({ recoveredMs }) => recoveredMs);
    const wait = (ms: number) => {
      nowMs += ms;
    };
    return { incidents, ofAll, wait };
  }

  test("of an outage that is over open nothing", async () => {
    const { incidents, ofAll } = await overOutage();
    await incidents.symptom(surge);
    expect(await ofAll()).toEqual([NOW_MS + 20]);
  });

  test("that do not end long after it are an incident of their own", async () => {
    const { incidents, ofAll, wait } = await overOutage();
    await incidents.symptom(surge);
    wait(REOPEN_MS);
    await incidents.symptom(surge);
    expect(await ofAll()).toEqual([null, NOW_MS + 20]);
  });
});

test("who cannot close an incident is told so while a cause is still looked for", async () => {
  let found: (differences: never[]) => void = () => undefined;
  const looking = new Promise<never[]>((resolve) => {
    found = resolve;
  });
  const { incidents } = await openDesk({ differencesSince: () => looking });
  const symptom = { id: "smtp", sinceMs: 20, text: "smtp fails", flows: [], intent: null };
  const felt = incidents.symptom(symptom);
  const { id } = await vi.waitFor(async () => {
    const [open] = await incidents.open();
    if (open === undefined) throw new Error("not open yet");
    return open;
  });
  const ana = { login: "ana", roles: ["operator"] } as const;
  const closing = incidents.close(id, ana);
  expect(await closing).toMatchObject({ reason: "it still waits for: smtp fails" });
  const vera = { login: "vera", roles: ["viewer"] } as const;
  expect(await incidents.close(id, vera)).toMatchObject({ reason: "`vera` is no operator" });
  found([]);
  await felt;
});
