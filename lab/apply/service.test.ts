import { readFileSync, writeFileSync } from "node:fs";
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from "vitest";
import type { ProbeOutcome } from "../../src/operations/apply/confirmation.ts";
import type { StartWishes } from "../../src/operations/apply/service.ts";
import type { StoredApply } from "../../src/operations/apply/store.ts";
import { LEAST_WINDOW_S } from "../../src/operations/apply/window.ts";
import type { Actor } from "../../src/operations/change/model.ts";
import { testDatabase } from "../../src/platform/db/testing/testDatabase.ts";
import { namespaceTransport } from "../../src/platform/transport/local.ts";
import { sshTransport } from "../../src/platform/transport/ssh.ts";
import type { Transport } from "../../src/platform/transport/transport.ts";
import { describeWith } from "../../test/requirements.ts";
import { startSshd } from "../../test/sshd.ts";
import { LOOP_MIGRATIONS, type LoopProbe, openLoop } from "./loop.ts";
import { made } from "./made.ts";
import { OUTSIDE, type SmallNetwork, smallNetwork } from "./smallNetwork.ts";

/* Changes from their proposal to their end, on a real firewall with real connections through it. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const ANA: Actor = { login: "ana", roles: ["operator", "approver"] };
const BOB: Actor = { login: "bob", roles: ["operator", "approver"] };
const WINDOW = { windowS: 60, insist: null };

const ruleset = (more = "") => `flush ruleset

table inet edge {
  set bans {
    type ipv4_addr
    flags timeout
  }

  chain forward {
    type filter hook forward priority filter; policy drop;
${more}    ip saddr @bans drop
    ct state established,related accept
    iifname "in0" ip saddr 10.9.2.0/24 tcp dport 25 accept
  }
}
`;
const FATAL = ruleset("    ip saddr 10.9.2.8/29 drop\n");
/** The same, but that nobody waits for an answer. */
const FATAL_AT_ONCE = ruleset("    ip saddr 10.9.2.8/29 reject\n");
const HARMLESS = ruleset("    ip saddr 192.0.2.1 drop\n");

const networkFile = (source: string, intents = true) => `
devices:
  fw: { reach: local, sources: ${source}, managed-by: { inet edge: premortem }, addresses: [10.9.2.1] }
zones:
  dmz: { device: fw, interfaces: in0, addresses: 10.9.2.0/24 }
  internet: { device: fw, interfaces: out0, addresses: [internet, 198.51.100.0/24] }
roles:
  mail: 10.9.2.11
${
  intents
    ? `intents:
  mail-out: { from: mail, to: internet, service: smtp, critical: true }
`
    : ""
}`;

let small: SmallNetwork;

/** Whether a new connection from the mail host gets an answer. */
async function reaches(signal: AbortSignal): Promise<boolean> {
  const connection = namespaceTransport(small.mail).connect(OUTSIDE, 25);
  signal.addEventListener("abort", () => connection.destroy(), { once: true });
  try {
    for await (const chunk of connection) return String(chunk).startsWith("220");
    return false;
  } finally {
    connection.destroy();
  }
}

const smtp = (flows: LoopProbe["flows"], besides: () => void = () => undefined): LoopProbe => ({
  flows,
  run: async (signal) => {
    besides();
    const isUp = await reaches(signal);
    return isUp ? { status: "ok", text: "220" } : { status: "failed", text: "no banner" };
  },
});
const OUT = [{ from: "mail", to: "internet", service: "smtp" }];

async function open(settings: {
  readonly probes?: Readonly<Record<string, LoopProbe>>;
  readonly intents?: boolean;
  readonly transport?: Transport;
}) {
  const { database } = await testDatabase(...LOOP_MIGRATIONS);
  const file = `${small.folder}/premortem.yaml`;
  writeFileSync(file, networkFile(small.source, settings.intents));
  const command = ["touch", `${small.folder}/flushed`];
  const loop = openLoop({
    database,
    networkFile: file,
    transport: settings.transport ?? namespaceTransport(small.firewall),
    state: small.state,
    probes: new Map(Object.entries(settings.probes ?? {})),
    recovery: { commands: [{ device: "fw", command }], probes: [] },
  });
  /* Queues are flushed for half a minute behind a rollback. */
  onTestFinished(() => loop.stop());
  return loop;
}

type Loop = Awaited<ReturnType<typeof open>>;

const why = (found: object) => ("reason" in found ? String(found.reason) : "granted");

/** Proposes, proves and approves; nobody has overridden anything. */
async function approved({ changes }: Loop, text: string): Promise<number> {
  const { change } = made(await changes.propose("fw", new Map([[small.source, text]]), ANA));
  made(await changes.prove(change.id, ANA));
  await approve(changes, change.id);
  return change.id;
}

async function approve(changes: Loop["changes"], id: number): Promise<void> {
  const { shownHash } = made(await changes.get(id));
  made(await changes.approve(id, BOB, shownHash ?? ""));
}

async function overridden(loop: Loop, text: string): Promise<number> {
  const id = await approved(loop, text);
  const ask = { reason: "the line is cut anyway", untilMs: Date.now() + 60_000 };
  const { overrideHash } = made(await loop.changes.askOverride(id, ANA, ask));
  made(await loop.changes.grantOverride(id, BOB, overrideHash ?? ""));
  return id;
}

async function applied(loop: Loop, id: number, wishes: StartWishes = WINDOW): Promise<StoredApply> {
  const { id: applyId } = made(await loop.applies.start(id, ANA, wishes));
  const end = await loop.applies.ended(applyId);
  if (end === null) throw new Error("closed");
  return made(end);
}

const listing = () => small.inside(["nft", "-s", "list", "ruleset"]);

describeWith(["root", "nft", "ip", "sshd", "conntrack"], "a change", () => {
  beforeAll(async () => {
    small = await smallNetwork(`s${process.pid}`, ruleset());
  });
  afterAll(() => small.down());
  beforeEach(() => {
    writeFileSync(small.source, ruleset());
    small.inside(["nft", "-f", small.source]);
  });

  test("that breaks nothing is confirmed, and is what boots", async () => {
    const loop = await open({ probes: { smtp: smtp(OUT) } });
    const { inventory } = loop;
    const pulled = made(await inventory.pull("fw"));
    if (pulled.kind !== "pulled") throw new Error(pulled.message);
    made(await inventory.adopt("fw", pulled.snapshot.hash, ANA));
    const id = await approved(loop, HARMLESS);
    const { state, evidence, aftermath } = await applied(loop, id);
    expect(state).toEqual({ kind: "confirmed" });
    expect(evidence.map(({ name, passed }) => `${name} ${passed}`)).toEqual([
      "smtp true",
      "a new connection true",
      "read-back true",
      "intents true",
    ]);
    expect(aftermath).toMatchObject({
      bootProblem: null,
      baselineProblem: null,
      openConnections: { contradicting: 0 },
    });
    expect(JSON.stringify(await inventory.baselineSnapshot("fw"))).toContain("192.0.2.1 drop");
    expect(readFileSync(small.source, "utf8")).toBe(HARMLESS);
    expect(listing()).toContain("192.0.2.1 ");
    expect(made(await loop.changes.get(id)).change.status).toBe("applied");
    expect((await loop.trail.verify()).flaw).toBeNull();
    const entries = await loop.trail.page({ before: null, limit: 100, subject: null });
    expect(entries.map(({ kind }) => kind).reverse()).toEqual([
      "baseline.adopted",
      "change.proposed",
      "change.proved",
      "change.approved",
      "change.applying",
      "apply.planned",
      "apply.arming",
      "apply.armed",
      "apply.loading",
      "apply.loaded",
      "apply.checked",
      "apply.confirming",
      "change.ended",
      "apply.confirmed",
      "baseline.adopted",
      "apply.over",
    ]);
  });

  test("that brings a source file of its own is applied, though that is not there yet", async () => {
    const loop = await open({});
    const more = `${small.folder}/more.nft`;
    const file = `${small.folder}/premortem.yaml`;
    writeFileSync(file, networkFile(`[${small.source}, ${more}]`));
    loop.inventory.reload();
    const texts = new Map([
      [small.source, `${ruleset()}include "more.nft" # what mail needs\n`],
      [more, "add rule inet edge forward ip saddr 192.0.2.9 drop\n"],
    ]);
    const { change } = made(await loop.changes.propose("fw", texts, ANA));
    made(await loop.changes.prove(change.id, ANA));
    await approve(loop.changes, change.id);
    expect((await applied(loop, change.id)).state).toEqual({ kind: "confirmed" });
    expect(listing().match(/192\.0\.2\.9 drop/g)).toHaveLength(1);
    expect(readFileSync(more, "utf8")).toBe(texts.get(more));
  });

  test("of the file alone, which changes nothing that runs, is confirmed and written", async () => {
    const loop = await open({});
    const noted = `# who owns this: mail team\n${ruleset()}`;
    const { state, aftermath } = await applied(loop, await approved(loop, noted));
    expect(state).toEqual({ kind: "confirmed" });
    expect(aftermath?.bootProblem).toBeNull();
    expect(readFileSync(small.source, "utf8")).toBe(noted);
  });

  test("is refused once an intent that it breaks is critical, though nothing runs otherwise", async () => {
    const loop = await open({});
    const file = `${small.folder}/premortem.yaml`;
    writeFileSync(file, networkFile(small.source).replace("critical: true", "critical: false"));
    loop.inventory.reload();
    const id = await approved(loop, FATAL);
    writeFileSync(file, networkFile(small.source));
    loop.inventory.reload();
    expect(why(await loop.applies.start(id, ANA, WINDOW))).toBe(
      "what the network file says of fw changed after the approval: prove and approve again",
    );
  });

  test("whose device restarts before its boot files are written is no baseline", async () => {
    const loop = await open({});
    const { inventory, news } = loop;
    const pulled = made(await inventory.pull("fw"));
    if (pulled.kind !== "pulled") throw new Error(pulled.message);
    made(await inventory.adopt("fw", pulled.snapshot.hash, ANA));
    const id = await approved(loop, HARMLESS);
    news.subscribe((one) => {
      if (one.kind === "state" && one.state.kind === "confirmed")
        small.inside(["nft", "-f", small.source]);
    });
    const { state, aftermath } = await applied(loop, id);
    expect(state).toEqual({ kind: "confirmed" });
    expect(aftermath).toMatchObject({
      bootProblem: null,
      baselineProblem: expect.stringContaining("what runs is not what was confirmed"),
    });
    expect(JSON.stringify(await inventory.baselineSnapshot("fw"))).not.toContain("192.0.2.1 drop");
    expect(readFileSync(small.source, "utf8")).toBe(HARMLESS);
  });

  test("that breaks a critical intent does not pass the gate", async () => {
    const loop = await open({});
    const id = await approved(loop, FATAL);
    expect(why(await loop.applies.start(id, ANA, WINDOW))).toBe("it would break mail-out");
    const { answer } = made(await loop.changes.proof(id));
    expect(answer.broken[0]?.by).toMatchObject({ rule: { file: small.source, line: 11 } });
    expect(listing()).not.toContain("10.9.2.8/29");
  });

  describe("that is overridden", () => {
    test("is rolled back by probes that the override does not name", async () => {
      const loop = await open({ probes: { login: smtp([]) } });
      const { state, evidence, aftermath } = await applied(loop, await overridden(loop, FATAL));
      expect(state).toEqual({ kind: "rolledBack", reason: "checkFailed" });
      expect(evidence[0]).toMatchObject({ name: "login", passed: false, isCounted: true });
      expect(aftermath).toEqual({
        bootProblem: null,
        baselineProblem: null,
        openConnections: null,
        flushed: [{ device: "fw", problem: null }],
        waitsFor: [],
      });
      expect(readFileSync(small.source, "utf8")).toBe(ruleset());
      expect(await reaches(new AbortController().signal)).toBe(true);
    });

    test("stays where only what it names fails", async () => {
      const loop = await open({ probes: { smtp: smtp(OUT) } });
      const { state, evidence } = await applied(loop, await overridden(loop, FATAL));
      expect(state).toEqual({ kind: "confirmed" });
      expect(evidence[0]).toMatchObject({ name: "smtp", passed: false, isCounted: false });
    });
  });

  test("whose intents nobody has written is rolled back by probes alone", async () => {
    const loop = await open({ intents: false, probes: { smtp: smtp(OUT) } });
    const { state } = await applied(loop, await approved(loop, FATAL_AT_ONCE));
    expect(state).toEqual({ kind: "rolledBack", reason: "checkFailed" });
    expect(listing()).not.toContain("10.9.2.8/29");
  });

  test("is rolled back by somebody else's rule in its tables, but not by a ban", async () => {
    const besides = (script: string) => {
      let isDone = false;
      return () => {
        if (!isDone) small.inside(["nft", "-f", "-"], script);
        isDone = true;
      };
    };
    const ban = "add element inet edge bans { 192.0.2.66 timeout 1h }\n";
    const calm = await open({ probes: { smtp: smtp(OUT, besides(ban)) } });
    expect((await applied(calm, await approved(calm, HARMLESS))).state.kind).toBe("confirmed");
    expect(listing()).toContain("192.0.2.66");

    const foreign = "add rule inet edge forward tcp dport 99 drop\n";
    const loop = await open({ probes: { smtp: smtp(OUT, besides(`${foreign}${ban}`)) } });
    const id = await approved(loop, ruleset("    ip saddr 192.0.2.2 drop\n"));
    const { state } = await applied(loop, id);
    expect(state.kind).toBe("rolledBack");
    expect(listing()).not.toMatch(/dport 99|192.0.2.2 /);
    expect(listing()).toContain("192.0.2.66");
  });

  test("that is rolled back while somebody else writes is not told as rolled back alone", async () => {
    const transport = namespaceTransport(small.firewall);
    const run: Transport["run"] = async (words, options) => {
      const ran = await transport.run(words, options);
      if (words[3] === "restore")
        small.inside(["nft", "add rule inet edge forward tcp dport 99 drop"]);
      return ran;
    };
    const loop = await open({
      probes: { login: smtp([]) },
      transport: { ...transport, name: transport.name, run },
    });
    const { state } = await applied(loop, await overridden(loop, FATAL_AT_ONCE));
    expect(state).toEqual({ kind: "stuck", why: "runsOtherwise", running: "other" });
  });

  test("is refused on a device that has changed since it was approved, though not by a ban", async () => {
    const loop = await open({});
    const id = await approved(loop, HARMLESS);
    small.inside(["nft", "add element inet edge bans { 192.0.2.77 timeout 1h }"]);
    small.inside(["nft", "add rule inet edge forward tcp dport 99 drop"]);
    const reason = "the running state of fw changed after the approval: prove and approve again";
    expect(why(await loop.applies.start(id, ANA, WINDOW))).toBe(reason);
    made(await loop.changes.prove(id, ANA));
    expect(why(await loop.applies.start(id, ANA, WINDOW))).toBe(reason);
    await approve(loop.changes, id);
    small.inside(["nft", "add element inet edge bans { 192.0.2.78 timeout 1h }"]);
    expect((await applied(loop, id)).state.kind).toBe("confirmed");
  });

  test("that was rolled back is not tried again, unless a person says why", async () => {
    const loop = await open({ probes: { login: smtp([]) } });
    expect((await applied(loop, await overridden(loop, FATAL_AT_ONCE))).state.kind).toBe(
      "rolledBack",
    );
    const again = await overridden(loop, FATAL_AT_ONCE);
    expect(why(await loop.applies.start(again, ANA, WINDOW))).toMatch(
      /was rolled back on fw before/,
    );
    const insisting = { ...WINDOW, insist: "the probe was wrong" };
    expect((await applied(loop, again, insisting)).state.kind).toBe("rolledBack");
  });

  test("is taken back while its probes still run, when a person wants it", async () => {
    let isFirst = true;
    const hang: LoopProbe = {
      flows: OUT,
      run: (signal) => {
        const answer = new Promise<ProbeOutcome>((resolve) => {
          if (!isFirst) resolve({ status: "ok", text: "220" });
          signal.addEventListener("abort", () => resolve({ status: "blind", text: "stopped" }));
        });
        isFirst = false;
        return answer;
      },
    };
    const loop = await open({ probes: { hang } });
    const id = await approved(loop, HARMLESS);
    const loaded = new Promise<void>((resolve) => {
      loop.news.subscribe((news) => {
        if (news.kind === "state" && news.state.kind === "loaded") resolve();
      });
    });
    const { id: applyId } = made(await loop.applies.start(id, ANA, WINDOW));
    await loaded;
    expect(why(await loop.applies.start(await approved(loop, HARMLESS), ANA, WINDOW))).not.toBe(
      "granted",
    );
    made(await loop.applies.rollback(applyId, BOB));
    const end = await loop.applies.ended(applyId);
    expect(end).toMatchObject({ state: { kind: "rolledBack", reason: "asked" } });
  });

  test("nobody approves twice: not its author by another token, nor anybody what was edited since", async () => {
    const { changes } = await open({});
    const files = new Map([[small.source, HARMLESS]]);
    const { change } = made(await changes.propose("fw", files, ANA));
    made(await changes.prove(change.id, ANA));
    const { shownHash } = made(await changes.get(change.id));
    const shown = shownHash ?? "";
    const token: Actor = { login: "ana", roles: ["approver"] };
    expect(why(await changes.approve(change.id, token, shown))).toMatch(/wrote it/);
    made(await changes.approve(change.id, BOB, shown));
    made(await changes.edit(change.id, new Map([[small.source, FATAL]]), ANA));
    const { missing } = made(await changes.get(change.id));
    expect(missing.map(({ kind }) => kind)).toEqual(["proof", "approval"]);
    made(await changes.prove(change.id, ANA));
    expect(why(await changes.approve(change.id, BOB, shown))).toMatch(/edited since/);
  });

  /** Over ssh, from the mail host. */
  async function overSsh(): Promise<Transport> {
    const within = { daemon: small.firewall, address: "10.9.2.1", client: small.mail };
    const sshd = await startSshd({ port: 22, within });
    onTestFinished(() => sshd.stop());
    const transport = await sshTransport(sshd);
    onTestFinished(() => transport.close());
    return transport;
  }

  test("that locks premortem out is told before, and rolled back by the dead-man", async () => {
    const transport = await overSsh();
    const loop = await open({ transport });
    const lockOut = `${ruleset()}table inet edge {
  chain input {
    type filter hook input priority filter; policy accept;
    tcp dport 22 drop
  }
}
`;
    const id = await approved(loop, lockOut);
    expect(why(await loop.applies.start(id, ANA, WINDOW))).toBe(
      "it would break premortem-management",
    );
    const forced = await overridden(loop, lockOut);
    const { state } = await applied(loop, forced, { ...WINDOW, windowS: LEAST_WINDOW_S });
    expect(state.kind).toBe("rolledBack");
    expect(listing()).not.toContain("dport 22");
    expect(await transport.knock(5_000)).toBeNull();
  });

  test("that shuts out newcomers alone is rolled back over the connection that is open", async () => {
    const transport = await overSsh();
    const loop = await open({ transport });
    const newcomers = `${ruleset()}table inet edge {
  chain input {
    type filter hook input priority filter; policy accept;
    ct state new tcp dport 22 drop
  }
}
`;
    const { state, evidence } = await applied(loop, await overridden(loop, newcomers));
    expect(state).toEqual({ kind: "rolledBack", reason: "checkFailed" });
    expect(evidence.find(({ kind }) => kind === "connection")).toMatchObject({ passed: false });
  });
});
