import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type ListedTable,
  readListing,
  withoutLiveElements,
} from "../../src/operations/apply/listing.ts";
import type { StoredApply } from "../../src/operations/apply/store.ts";
import type { Actor } from "../../src/operations/change/model.ts";
import { testDatabase } from "../../src/platform/db/testing/testDatabase.ts";
import { namespaceTransport } from "../../src/platform/transport/local.ts";
import { describeWith } from "../../test/requirements.ts";
import { Chance } from "../chance.ts";
import { LOOP_MIGRATIONS, openLoop } from "./loop.ts";
import { made } from "./made.ts";

/*
 * The server that applies changes is killed at any moment, again and again: own tables end as approved or
 * as before, bans that were added meanwhile are still there, and the trail is whole.
 * `PREMORTEM_KILLS=50` does it more often.
 */

const APPLIES = Number(process.env["PREMORTEM_KILLS"] ?? 5);
/** Times that one apply is killed at most. */
const KILLS = 3;
/** States after which a server is killed, to behind the end; the next one takes up from there. */
const STATES = 8;
/** Milliseconds behind a state within which it is killed, in the middle of what it does … */
const LATEST_MS = 100;
/** … and behind its start, which takes about as long. */
const START_MS = 600;
const LONG_MS = 120_000 * Math.max(1, APPLIES / 5);
const NAMESPACE = `pm-kill-${process.pid}`;
const ANA: Actor = { login: "ana", roles: ["operator"] };
const BOB: Actor = { login: "bob", roles: ["approver"] };

let folder = "";
const file = (name: string) => join(folder, name);
const inside = (args: readonly string[], input = "") =>
  execFileSync("ip", ["netns", "exec", NAMESPACE, ...args], { input, encoding: "utf8" });
const nft = (script: string) => inside(["nft", "-f", "-"], script);

/** NAT, sets and chains together; `port` is what changes. */
const ruleset = (port: number) => `table inet edge {
	set bans {
		type ipv4_addr
		size 65535
		flags dynamic,timeout
	}

	set ports {
		type inet_service
		elements = { 22, ${port} }
	}

	chain ${port % 2 === 0 ? "even" : "odd"} {
		tcp dport @ports accept
	}

	chain forward {
		type filter hook forward priority filter; policy drop;
		ip saddr @bans drop
		jump ${port % 2 === 0 ? "even" : "odd"}
	}
}
table ip nat {
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		tcp dport ${port} dnat to 10.0.0.${port % 250}
	}
}
`;
const source = (port: number) => `flush ruleset\n${ruleset(port)}`;

const networkFile = () => `
devices:
  fw:
    reach: namespace:${NAMESPACE}
    sources: ${file("nftables.conf")}
    managed-by: { inet edge: premortem, ip nat: premortem }
zones: {}
`;

const listed = (text: string): readonly ListedTable[] =>
  withoutLiveElements(readListing(text) ?? []);
/** Chains stand where they were made first: the order is no part of the meaning. */
const sorted = (tables: readonly ListedTable[]) =>
  tables.map(({ key, blocks }) => [key, blocks.map((block) => JSON.stringify(block)).sort()]);
const running = () => listed(inside(["nft", "-s", "list", "ruleset"]));

interface Moment {
  readonly states: number;
  readonly ms: number;
}

function momentOf(chance: Chance): Moment {
  const states = chance.below(STATES);
  return { states, ms: chance.below(states === 0 ? START_MS : LATEST_MS) };
}

/**
 * Leads the apply until it ends by itself, or until it is killed; null: killed. `loaded` is called in the window
 * in which the load is not confirmed yet.
 */
async function serve(
  words: readonly string[],
  kill: Moment | null,
  loaded: () => void,
): Promise<StoredApply | null> {
  const child = spawn(process.execPath, [file("server.mjs"), ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "exit");
  const timer = new AbortController();
  const strike = async (ms: number) => {
    await setTimeout(ms, null, { signal: timer.signal }).catch(() => null);
    child.kill("SIGKILL");
  };
  let end: StoredApply | null = null;
  let states = 0;
  if (kill?.states === 0) void strike(kill.ms);
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === "loaded") loaded();
    if (line.startsWith("{")) end = JSON.parse(line);
    else if (++states === kill?.states) void strike(kill.ms);
  }
  timer.abort();
  await gone;
  return end;
}

describeWith(["root", "nft", "ip"], "an apply whose server is killed at any moment", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "premortem-kill-"));
    execFileSync("ip", ["netns", "add", NAMESPACE]);
    nft(ruleset(1000));
    writeFileSync(file("nftables.conf"), source(1000));
    writeFileSync(file("premortem.yaml"), networkFile());
    await build({
      entryPoints: [join(import.meta.dirname, "serverMain.ts")],
      outfile: file("server.mjs"),
      bundle: true,
      platform: "node",
      format: "esm",
      external: ["pg-native"],
      banner: {
        js: 'import { createRequire as make } from "node:module"; const require = make(import.meta.url);',
      },
    });
  });
  afterAll(() => {
    execFileSync("ip", ["netns", "delete", NAMESPACE]);
    rmSync(folder, { recursive: true, force: true });
  });

  test(
    "ends with the approved tables or the previous ones, every ban, and a whole trail",
    async () => {
      const { database, url } = await testDatabase(...LOOP_MIGRATIONS);
      const { changes, trail } = openLoop({
        database,
        networkFile: file("premortem.yaml"),
        transport: namespaceTransport(NAMESPACE),
        state: file("state"),
      });
      const chance = new Chance(1);
      let port = 1000;
      let killed = 0;
      for (let id = 1; id <= APPLIES; id++) {
        const files = new Map([[file("nftables.conf"), source(1000 + id)]]);
        const { change } = made(await changes.propose("fw", files, ANA));
        made(await changes.prove(change.id, ANA));
        const { shownHash } = made(await changes.get(change.id));
        made(await changes.approve(change.id, BOB, shownHash ?? ""));
        const verdict = chance.once(3) ? "fail" : "pass";
        const place = [url, file("premortem.yaml"), NAMESPACE, file("state")];
        const words = [...place, String(change.id), verdict];
        let end: StoredApply | null = null;
        const ban = () => void nft(`add element inet edge bans { 192.0.2.${id} timeout 1h }\n`);
        for (let kill = 0; kill < KILLS && end === null; kill++) {
          end = await serve(words, momentOf(chance), ban);
          if (end === null) killed++;
        }
        end ??= await serve(words, null, ban);
        /* One that was killed before it told what it loaded has not banned. */
        ban();
        const isApplied = verdict === "pass";
        expect(end?.state).toEqual(
          isApplied ? { kind: "confirmed" } : { kind: "rolledBack", reason: "checkFailed" },
        );
        expect(end?.aftermath?.bootProblem).toBeNull();
        if (isApplied) port = 1000 + id;
        expect(made(await changes.get(change.id)).change.status).toBe(
          isApplied ? "applied" : "rolledBack",
        );
        expect(sorted(running())).toEqual(sorted(listed(ruleset(port))));
        expect(readFileSync(file("nftables.conf"), "utf8")).toBe(source(port));
        const bans = inside(["nft", "list", "set", "inet", "edge", "bans"]);
        for (let ban = 1; ban <= id; ban++) expect(bans).toContain(`192.0.2.${ban} timeout 1h`);
      }
      expect(killed).toBeGreaterThanOrEqual(APPLIES);
      expect((await trail.verify()).flaw).toBeNull();
    },
    LONG_MS,
  );
});
