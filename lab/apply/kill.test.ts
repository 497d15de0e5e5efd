import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type ListedTable,
  readListing,
  withoutLiveElements,
} from "../../src/operations/apply/listing.ts";
import type { ApplyEnd } from "../../src/operations/apply/model.ts";
import type { ApplyPlan } from "../../src/operations/apply/run.ts";
import { transitionScript } from "../../src/operations/apply/script.ts";
import { describeWith } from "../../test/requirements.ts";
import { Chance } from "../chance.ts";
import { states } from "./fileJournal.ts";

/*
 * Whoever leads an apply is killed at any moment, again and again: own tables end as approved or as
 * before, bans that were added meanwhile are still there, and the journal ends.
 * `PREMORTEM_KILLS=50` does it more often.
 */

const APPLIES = Number(process.env["PREMORTEM_KILLS"] ?? 5);
/** Times that one apply is killed at most. */
const KILLS = 4;
/** Milliseconds within which a leader is killed: one that nobody disturbs takes about that long. */
const LATEST_MS = 1_500;
const WINDOW_S = 60;
const LONG_MS = 60_000 * Math.max(1, APPLIES / 5);
const NAMESPACE = `pm-kill-${process.pid}`;
const SCRIPT = "src/operations/apply/device/premortem-device.sh";

let folder = "";
const file = (name: string) => join(folder, name);
const inside = (args: readonly string[], input = "") =>
  execFileSync("ip", ["netns", "exec", NAMESPACE, ...args], { input, encoding: "utf8" });
const nft = (script: string) => inside(["nft", "-f", "-"], script);

/** NAT, sets and chains together; `port` is what changes. */
const ruleset = (port: number) => `table inet edge {
	set bans {
		type ipv4_addr
		flags timeout
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

const listed = (text: string): readonly ListedTable[] =>
  withoutLiveElements(readListing(text) ?? []);
/** Chains stand where they were made first: the order is no part of the meaning. */
const sorted = (tables: readonly ListedTable[]) =>
  tables.map(({ key, blocks }) => [key, blocks.map((block) => JSON.stringify(block)).sort()]);
const running = () => listed(inside(["nft", "-s", "list", "ruleset"]));

function planOf(id: number, before: string, after: string): ApplyPlan {
  return {
    id,
    tables: ["inet edge", "ip nat"],
    base: before,
    candidate: after,
    load: transitionScript(listed(before), listed(after)),
    restore: transitionScript(listed(after), listed(before)),
    windowS: WINDOW_S,
  };
}

/** Leads the apply until it ends by itself, or until it is killed; null: killed. */
async function lead(id: number, verdict: string, killAfterMs: number | null) {
  const main = join(import.meta.dirname, "applyMain.ts");
  const args = [
    main,
    NAMESPACE,
    SCRIPT,
    file("state"),
    file(`plan${id}`),
    file(`journal${id}`),
    verdict,
  ];
  const child = spawn(process.execPath, ["--import", "tsx", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  const gone = once(child, "close");
  if (killAfterMs !== null) {
    const timer = new AbortController();
    await Promise.race([gone, setTimeout(killAfterMs, null, { signal: timer.signal })]).catch(
      () => null,
    );
    timer.abort();
    child.kill("SIGKILL");
  }
  await gone;
  return out === "" ? null : (JSON.parse(out) as ApplyEnd);
}

describeWith(["root", "nft", "ip"], "an apply whose leader is killed at any moment", () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "premortem-kill-"));
    execFileSync("ip", ["netns", "add", NAMESPACE]);
    nft(ruleset(1000));
  });
  afterAll(() => {
    execFileSync("ip", ["netns", "delete", NAMESPACE]);
    rmSync(folder, { recursive: true, force: true });
  });

  test(
    "ends with the approved tables or the previous ones, and every ban is still there",
    async () => {
      const chance = new Chance(1);
      let before = ruleset(1000);
      for (let id = 1; id <= APPLIES; id++) {
        const after = ruleset(1000 + id);
        const verdict = chance.once(3) ? "fail" : "pass";
        writeFileSync(file(`plan${id}`), JSON.stringify(planOf(id, before, after)));
        let end: ApplyEnd | null = null;
        for (let kill = 0; kill < KILLS && end === null; kill++) {
          end = await lead(id, verdict, 1 + chance.below(LATEST_MS));
          nft(`add element inet edge bans { 192.0.2.${id} timeout 1h }\n`);
        }
        end ??= await lead(id, verdict, null);
        expect(states(file(`journal${id}`)).at(-1)).toEqual(end);
        if (verdict === "pass") expect(end?.kind).toBe("confirmed");
        else expect(end).toEqual({ kind: "rolledBack", reason: "checkFailed" });
        if (end?.kind === "confirmed") before = after;
        expect(sorted(running())).toEqual(sorted(listed(before)));
        const bans = inside(["nft", "list", "set", "inet", "edge", "bans"]);
        for (let ban = 1; ban <= id; ban++) expect(bans).toContain(`192.0.2.${ban} timeout 1h`);
      }
    },
    LONG_MS,
  );
});
