import { existsSync, readdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
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
import type { ApplyState } from "../../src/operations/apply/model.ts";
import type { ApplyNews } from "../../src/operations/apply/options.ts";
import { LEAST_WINDOW_S } from "../../src/operations/apply/window.ts";
import { whyText } from "../../src/operations/apply/words.ts";
import type { Actor } from "../../src/operations/change/model.ts";
import { testDatabase } from "../../src/platform/db/testing/testDatabase.ts";
import { sshTransport } from "../../src/platform/transport/ssh.ts";
import { describeWith } from "../../test/requirements.ts";
import { startSshd, type TestSshd } from "../../test/sshd.ts";
import { LOOP_MIGRATIONS, openLoop } from "./loop.ts";
import { made } from "./made.ts";
import { type SmallNetwork, smallNetwork } from "./smallNetwork.ts";

/*
 * The line to a device breaks in the middle of an apply, or another host answers there. Whatever happens, it ends in
 * the previous ruleset or in the approved one, and until then it is said what is known and what is not.
 */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const ANA: Actor = { login: "ana", roles: ["operator", "approver"] };
const BOB: Actor = { login: "bob", roles: ["operator", "approver"] };
/** Long enough for a line that comes back at once. */
const PATIENT_S = 60;

const ruleset = (more = "") => `flush ruleset

table inet edge {
  chain forward {
    type filter hook forward priority filter; policy drop;
${more}    ct state established,related accept
    iifname "in0" ip saddr 10.9.2.0/24 tcp dport 25 accept
  }
}
`;
const APPROVED = ruleset("    ip saddr 192.0.2.1 drop\n");

const networkFile = (source: string) => `
devices:
  fw: { reach: local, sources: ${source}, managed-by: { inet edge: premortem }, addresses: [10.9.2.1] }
zones:
  dmz: { device: fw, interfaces: in0, addresses: 10.9.2.0/24 }
  internet: { device: fw, interfaces: out0, addresses: [internet, 198.51.100.0/24] }
`;

describeWith(["root", "nft", "ip", "sshd"], "an apply over ssh", () => {
  let small: SmallNetwork;
  beforeAll(async () => {
    small = await smallNetwork(`o${process.pid}`, ruleset());
  });
  afterAll(() => small.down());
  beforeEach(() => {
    writeFileSync(small.source, ruleset());
    small.inside(["nft", "-f", small.source]);
  });

  const listing = () => small.inside(["nft", "-s", "list", "ruleset"]);

  /** Resolves when the newest record on the device has a file like this. */
  function onRecord(isThere: (folder: string) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        const newest = readdirSync(small.state)
          .filter((name) => /^\d+$/.test(name))
          .sort((a, b) => Number(a) - Number(b))
          .at(-1);
        if (newest === undefined || !isThere(join(small.state, newest))) return;
        watcher.close();
        resolve();
      };
      const watcher = watch(small.state, { recursive: true }, look);
      onTestFinished(() => watcher.close());
      look();
    });
  }

  /** The dead-man has done its work. */
  const restored = () =>
    onRecord((folder) => {
      const marker = join(folder, "marker");
      return existsSync(marker) && readFileSync(marker, "utf8").trim() === "restored";
    });

  /** An approved change, begun; `faults` is called with each piece of news as it comes. */
  async function begin(windowS: number, faults: (sshd: TestSshd, news: ApplyNews) => void) {
    const within = { daemon: small.firewall, address: "10.9.2.1", client: small.mail };
    const sshd = await startSshd({ port: 22, within });
    onTestFinished(() => sshd.stop());
    const transport = sshTransport(sshd);
    onTestFinished(() => transport.close());
    const { database } = await testDatabase(...LOOP_MIGRATIONS);
    const file = `${small.folder}/premortem.yaml`;
    writeFileSync(file, networkFile(small.source));
    const loop = openLoop({ database, networkFile: file, transport, state: small.state });
    onTestFinished(() => loop.stop());
    onTestFinished(() => loop.applies.close());
    const { changes, applies } = loop;
    const texts = new Map([[small.source, APPROVED]]);
    const { change } = made(await changes.propose("fw", texts, ANA));
    made(await changes.prove(change.id, ANA));
    const { shownHash } = made(await changes.get(change.id));
    made(await changes.approve(change.id, BOB, shownHash ?? ""));
    const all: ApplyNews[] = [];
    const wakes = new Set<() => void>();
    loop.news.subscribe((news) => {
      all.push(news);
      faults(sshd, news);
      for (const wake of wakes) wake();
    });
    const { id } = made(await applies.start(change.id, ANA, { windowS, insist: null }));
    /** News of before among them. */
    const heard = async (isIt: (news: ApplyNews) => boolean): Promise<ApplyNews> => {
      for (;;) {
        const found = all.find(isIt);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => {
          wakes.add(resolve);
        });
        wakes.clear();
      }
    };
    return {
      sshd,
      at: (kind: ApplyState["kind"]) => heard((news) => isAt(news, kind)),
      /** Why nobody knows how it stands, once that is told. */
      async silence(words: RegExp) {
        await heard((news) => news.kind === "heard" && words.test(news.why ?? ""));
        await heard(
          (news) => news.kind === "state" && "isUnsure" in news.state && news.state.isUnsure,
        );
        const { state } = made(await applies.get(id));
        return { state, unheard: applies.unheard(id), why: whyText(state) };
      },
      async end() {
        const end = await applies.ended(id);
        if (end === null) throw new Error("closed");
        const { state } = made(end);
        expect(applies.unheard(id)).toBeNull();
        expect((await loop.trail.verify()).flaw).toBeNull();
        expect(made(await changes.get(change.id)).change.status).toBe(
          state.kind === "confirmed" ? "applied" : "rolledBack",
        );
        return state;
      },
      kinds: async () =>
        (await loop.trail.page({ before: null, limit: 100, subject: `apply/${id}` })).map(
          ({ kind }) => kind,
        ),
    };
  }

  const isAt = (news: ApplyNews, kind: ApplyState["kind"]) =>
    news.kind === "state" && news.state.kind === kind;
  const BACK = { kind: "rolledBack", reason: "tooLate" };

  const expectPrevious = () => expect(listing()).not.toContain("192.0.2.1");
  const expectApproved = () => {
    expect(listing()).toContain("192.0.2.1");
    expect(readFileSync(small.source, "utf8")).toBe(APPROVED);
  };

  describe("whose sshd is killed", () => {
    test.each(["armed", "loaded", "confirming"] as const)(
      "at %s, and comes back at once, goes on to the approved ruleset",
      async (at) => {
        let isDone = false;
        const apply = await begin(PATIENT_S, (sshd, news) => {
          if (isDone || !isAt(news, at)) return;
          isDone = true;
          void sshd.kill().then(() => sshd.again("same"));
        });
        const state = await apply.end();
        /* A check that found no device has failed: that is no reason to keep what was loaded. */
        if (at === "loaded" && state.kind !== "confirmed") {
          expect(state).toEqual({ kind: "rolledBack", reason: "checkFailed" });
          expectPrevious();
        } else {
          expect(state).toEqual({ kind: "confirmed" });
          expectApproved();
        }
      },
    );

    test("while it loads, and comes back at once, goes on to the approved ruleset", async () => {
      const apply = await begin(PATIENT_S, (sshd, news) => {
        if (!isAt(news, "loading")) return;
        void onRecord((folder) => existsSync(join(folder, "loaded")))
          .then(() => sshd.kill())
          .then(() => sshd.again("same"));
      });
      expect(await apply.end()).toEqual({ kind: "confirmed" });
      expectApproved();
    });

    test.each([
      ["armed", /nobody knows whether it was loaded/],
      ["loaded", null],
      ["confirming", /nobody knows whether it was confirmed/],
    ] as const)(
      "at %s, and stays away, is told as not heard, and the device restores by itself",
      async (at, why) => {
        let isDone = false;
        const apply = await begin(LEAST_WINDOW_S, (sshd, news) => {
          if (isDone || !isAt(news, at)) return;
          isDone = true;
          void sshd.kill();
        });
        const silence = await apply.silence(/cannot be|refused|broke|unreachable/i);
        expect(silence.unheard?.help).not.toBe("");
        if (why !== null) expect(silence.why).toMatch(why);
        await restored();
        expectPrevious();
        await apply.sshd.again("same");
        const state = await apply.end();
        expect(state.kind).toBe("rolledBack");
        expectPrevious();
        expect(await apply.kinds()).toEqual(
          expect.arrayContaining(["apply.unheard", "apply.heard"]),
        );
      },
    );
  });

  test("whose link is cut behind the load ends in the previous ruleset, within the limits of ssh", async () => {
    let isDone = false;
    const apply = await begin(LEAST_WINDOW_S, (_, news) => {
      if (isDone || !isAt(news, "loaded")) return;
      isDone = true;
      small.inside(["ip", "link", "set", "in0", "down"]);
    });
    onTestFinished(() => void small.inside(["ip", "link", "set", "in0", "up"]));
    await apply.at("loaded");
    await restored();
    expectPrevious();
    small.inside(["ip", "link", "set", "in0", "up"]);
    expect((await apply.end()).kind).toBe("rolledBack");
    expectPrevious();
  });

  test("where another host answers between arm and load sends it nothing, and says so", async () => {
    let isDone = false;
    const apply = await begin(LEAST_WINDOW_S, (sshd, news) => {
      if (isDone || !isAt(news, "armed")) return;
      isDone = true;
      void sshd.kill().then(() => sshd.again("other"));
    });
    const { unheard, state, why } = await apply.silence(
      /the host's key is another one than before/,
    );
    expect(state).toEqual({ kind: "loading", isUnsure: true });
    expect(why).toMatch(/nobody knows whether it was loaded/);
    expect(unheard).toMatchObject({
      message: expect.stringContaining("nothing was sent to it"),
      help: expect.stringContaining("find out why before anything else"),
    });
    await restored();
    expectPrevious();
    await apply.sshd.kill();
    await apply.sshd.again("same");
    expect(await apply.end()).toEqual(BACK);
    expectPrevious();
  });
});
