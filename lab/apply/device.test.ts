import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readListing, withoutLiveElements } from "../../src/operations/apply/listing.ts";
import { transitionScript } from "../../src/operations/apply/script.ts";
import { describeWith } from "../../test/requirements.ts";

/*
 * The script that a device runs, on the real kernel in a namespace: it keeps the promises on which the
 * state machine of apply stands.
 */

const WRAPPER = "src/operations/apply/device/premortem-device.sh";
const NAMESPACE = `pm-device-${process.pid}`;
const DONE = 0;
const CHANGED = 10;
const CANNOT_RESTORE = 11;
const NOT_LOADED = 12;
const TOO_LATE = 13;
const SUPERSEDED = 14;
/** Longer than any test. */
const LONG_S = 600;

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

function here(command: string, args: readonly string[], input = ""): Said {
  const { status, stdout, stderr } = spawnSync(command, args, { input, encoding: "utf8" });
  return { code: status, out: stdout, error: stderr };
}

const inside = (args: readonly string[], input = "") =>
  here("ip", ["netns", "exec", NAMESPACE, ...args], input);
const nft = (script: string) => {
  const said = inside(["nft", "-f", "-"], script);
  if (said.code !== DONE) throw new Error(said.error);
};
const listing = () => inside(["nft", "-s", "list", "ruleset"]).out;

let state = "";
const device = (...args: readonly string[]) => inside(["sh", WRAPPER, state, ...args]);
const look = (id = 1) => device("look", String(id)).out.trim();

const edge = (rules: string, bans = "") => `table inet edge {
	set bans {
		type ipv4_addr
		flags timeout
${bans}	}

	chain forward {
		type filter hook forward priority filter; policy accept;
		ip saddr @bans drop
${rules}	}
}
`;
const OTHERS = "table ip other {\n\tchain x {\n\t\tdrop\n\t}\n}\n";
const BASE = edge("\t\ttcp dport 25 accept\n");
const CANDIDATE = edge("\t\ttcp dport 25 drop\n");
const BAN = "add element inet edge bans { 192.0.2.66 timeout 1h }\n";

/** What `arm` wants to know. */
function armInput(base = BASE, candidate = CANDIDATE, load?: string, restore?: string): string {
  const kept = (text: string) => withoutLiveElements(readListing(text) ?? []);
  const sections = {
    tables: "inet edge\n",
    base,
    candidate,
    load: load ?? transitionScript(kept(base), kept(candidate)),
    restore: restore ?? transitionScript(kept(candidate), kept(base)),
  };
  return Object.entries(sections)
    .map(([name, text]) => `=== ${name}\n${text}`)
    .join("");
}

function arm(id = 1, seconds = LONG_S, input = armInput()): Said {
  return inside(["sh", WRAPPER, state, "arm", String(id), String(seconds)], input);
}

/** When the record of an apply says this. */
async function marked(id: number, marker: string): Promise<void> {
  const folder = join(state, String(id));
  const read = () => readFileSync(join(folder, "marker"), "utf8").trim();
  if (read() === marker) return;
  await new Promise<void>((resolve) => {
    const watcher = watch(folder, () => {
      if (read() !== marker) return;
      watcher.close();
      resolve();
    });
    if (read() === marker) resolve();
  });
}

describeWith(["root", "nft", "ip"], "what a device does for an apply", () => {
  let host = "";
  beforeAll(() => {
    host = here("nft", ["-s", "list", "ruleset"]).out;
    here("ip", ["netns", "add", NAMESPACE]);
  });
  afterAll(() => {
    here("ip", ["netns", "delete", NAMESPACE]);
    expect(here("nft", ["-s", "list", "ruleset"]).out).toBe(host);
  });
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), "premortem-device-"));
    nft(`flush ruleset\n${OTHERS}${BASE}`);
  });
  afterEach(() => {
    for (const id of [2, 1]) device("restore", String(id));
    expect(here("pgrep", ["-f", state]).out).toBe("");
    rmSync(state, { recursive: true, force: true });
  });

  test("confirmed, the candidate stays", () => {
    expect(look()).toBe("none previous");
    expect(arm().code).toBe(DONE);
    expect(look()).toBe("armed previous");
    expect(device("load", "1").code).toBe(DONE);
    expect(look()).toBe("armed candidate");
    expect(device("confirm", "1").code).toBe(DONE);
    expect(look()).toBe("confirmed candidate");
    expect(device("restore", "1").code).toBe(CANNOT_RESTORE);
    expect(listing()).toContain("dport 25 drop");
  });

  test("restored, all is as before, but for the ban that came in between", () => {
    arm();
    device("load", "1");
    nft(BAN);
    expect(device("restore", "1").code).toBe(DONE);
    expect(look()).toBe("restored previous");
    expect(listing()).toContain("192.0.2.66 timeout 1h");
    expect(listing()).toContain("dport 25 accept");
    expect(listing()).toContain("table ip other");
  });

  test("the dead-man restores by itself", async () => {
    expect(arm(1, 1).code).toBe(DONE);
    device("load", "1");
    nft(BAN);
    await marked(1, "restored");
    expect(look()).toBe("restored previous");
    expect(listing()).toContain("192.0.2.66 timeout 1h");
  });

  test("the dead-man leaves alone what was never loaded over", async () => {
    arm(1, 1);
    nft("add rule inet edge forward tcp dport 99 drop\n");
    await marked(1, "restored");
    expect(listing()).toContain("dport 99");
  });

  test("a foreign rule before the load refuses it, and stays", () => {
    arm();
    nft("add rule inet edge forward tcp dport 99 drop\n");
    expect(device("load", "1").code).toBe(CHANGED);
    expect(device("restore", "1").code).toBe(DONE);
    expect(listing()).toContain("dport 99");
  });

  test("a foreign rule behind the load is not confirmed, and goes with it", () => {
    arm();
    device("load", "1");
    nft(`add chain inet edge mine\nadd rule inet edge mine tcp dport 99 drop\n${BAN}`);
    expect(device("confirm", "1").code).toBe(CHANGED);
    expect(device("restore", "1").code).toBe(DONE);
    expect(look()).toBe("restored previous");
    expect(listing()).not.toContain("mine");
    expect(listing()).toContain("192.0.2.66 timeout 1h");
  });

  test("what the kernel does not take changes nothing", () => {
    const input = armInput(
      BASE,
      CANDIDATE,
      `${transitionScript([], [])}add rule inet edge nowhere drop\n`,
    );
    expect(arm(1, LONG_S, input).code).toBe(CANNOT_RESTORE);
    expect(look()).toBe("none previous");
    arm();
    writeFileSync(join(state, "1", "load"), "add rule inet edge nowhere drop\n");
    expect(device("load", "1").code).toBe(NOT_LOADED);
    expect(look()).toBe("armed previous");
  });

  test("a way back that does not lead back is refused before anything is loaded", () => {
    const input = armInput(BASE, CANDIDATE, undefined, "add table inet elsewhere\n");
    expect(arm(1, LONG_S, input).code).toBe(CANNOT_RESTORE);
    expect(listing()).toContain("dport 25 accept");
  });

  test("a plan for another state is refused", () => {
    nft("add rule inet edge forward tcp dport 99 drop\n");
    expect(arm().code).toBe(CHANGED);
  });

  describe("commands that come twice, late, or for an older apply do nothing", () => {
    test("twice", () => {
      for (const verb of ["arm", "load", "confirm"])
        for (let i = 0; i < 2; i++)
          expect(verb === "arm" ? arm().code : device(verb, "1").code, verb).toBe(DONE);
      expect(look()).toBe("confirmed candidate");
    });

    test("late", () => {
      arm();
      device("load", "1");
      device("restore", "1");
      expect(device("load", "1").code).toBe(TOO_LATE);
      expect(device("confirm", "1").code).toBe(TOO_LATE);
      expect(arm().code).toBe(TOO_LATE);
      expect(look()).toBe("restored previous");
    });

    test("for an older apply", () => {
      arm(1);
      expect(arm(2).code).toBe(DONE);
      expect(look(1)).toMatch(/^superseded/);
      expect(device("load", "1").code).toBe(SUPERSEDED);
      expect(arm(1).code).toBe(SUPERSEDED);
      expect(device("restore", "1").code).toBe(SUPERSEDED);
      expect(look(2)).toBe("armed previous");
    });
  });

  test("what was armed before a restart counts as restored", () => {
    arm();
    const boot = readFileSync(join(state, "1", "boot"));
    writeFileSync(join(state, "1", "boot"), "another\n");
    expect(look()).toBe("restored previous");
    expect(device("load", "1").code).toBe(TOO_LATE);
    writeFileSync(join(state, "1", "boot"), boot);
  });

  test("a rehearsal says what a script would come to, and touches nothing", () => {
    const before = listing();
    const script = "insert rule inet edge forward tcp dport 99 drop\n";
    const said = inside(
      ["sh", WRAPPER, state, "rehearse"],
      `=== base\n${BASE}=== script\n${script}`,
    );
    expect(said.code).toBe(DONE);
    expect(said.out).toContain("dport 99 drop");
    expect(listing()).toBe(before);
    const wrong = inside(
      ["sh", WRAPPER, state, "rehearse"],
      `=== base\n${BASE}=== script\nnonsense\n`,
    );
    expect(wrong.code).not.toBe(DONE);
    expect(wrong.error).toContain("syntax error");
  });

  test("bad words are refused", () => {
    for (const words of [["frob"], ["load"], ["arm", "1"], ["arm", "1", "x"], ["load", "../1"]])
      expect(device(...words).code, words.join(" ")).toBe(64);
  });
});
