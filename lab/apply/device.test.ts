import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { partInput } from "../../src/operations/apply/partInput.ts";
import { transitionScript } from "../../src/operations/apply/script.ts";
import { listingWithoutLive } from "../../src/operations/change/runningHash.ts";
import { ADDED } from "../../src/operations/incident/undo.ts";
import { describeWith } from "../../test/requirements.ts";
import {
  armInput,
  BAN,
  BASE,
  CANDIDATE,
  EXIT,
  here,
  LONG_S,
  OTHERS,
  type Said,
  TestDevice,
  WRAPPER,
} from "./testDevice.ts";

/*
 * The script that a device runs, on the real kernel in a namespace: it keeps the promises on which the
 * state machine of apply stands.
 */

const one = new TestDevice(`pm-device-${process.pid}`);
const inside = (args: readonly string[], input = "") => one.inside(args, input);
const nft = (script: string) => one.nft(script);
const listing = () => one.listing();
const device = (...args: readonly string[]) => one.run(...args);
const look = (id = 1) => one.look(id);
const arm = (id = 1, seconds = LONG_S, input = armInput()): Said => one.arm(id, seconds, input);
const marked = (id: number, marker: string) => one.marked(id, marker);

describeWith(["root", "nft", "ip"], "what a device does for an apply", () => {
  let host = "";
  beforeAll(() => {
    host = here("nft", ["-s", "list", "ruleset"]).out;
    here("ip", ["netns", "add", one.namespace]);
  });
  afterAll(() => {
    here("ip", ["netns", "delete", one.namespace]);
    expect(here("nft", ["-s", "list", "ruleset"]).out).toBe(host);
  });
  beforeEach(() => {
    one.begin();
    nft(`flush ruleset\n${OTHERS}${BASE}`);
  });
  afterEach(async () => {
    for (const id of [2, 1]) device("restore", String(id));
    /* What was told to end takes a moment to. */
    await vi.waitUntil(() => here("pgrep", ["-f", one.state]).out === "");
    rmSync(one.state, { recursive: true, force: true });
  });

  test("confirmed, the candidate stays", () => {
    expect(look()).toBe("none previous");
    expect(arm().code).toBe(EXIT.done);
    expect(look()).toBe("armed previous");
    expect(device("load", "1").code).toBe(EXIT.done);
    expect(look()).toBe("armed candidate");
    expect(device("confirm", "1").code).toBe(EXIT.done);
    expect(look()).toBe("confirmed candidate");
    expect(device("restore", "1").code).toBe(EXIT.cannotRestore);
    expect(listing()).toContain("dport 25 drop");
  });

  test("restored, all is as before, but for the ban that came in between", () => {
    arm();
    device("load", "1");
    nft(BAN);
    expect(device("restore", "1").code).toBe(EXIT.done);
    expect(look()).toBe("restored previous");
    expect(listing()).toContain("192.0.2.66 timeout 1h");
    expect(listing()).toContain("dport 25 accept");
    expect(listing()).toContain("table ip other");
  });

  test("the dead-man restores by itself", async () => {
    expect(arm(1, 1).code).toBe(EXIT.done);
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

  test("what changes nothing that runs is confirmed: a boot file may be all that changes", () => {
    arm(1, LONG_S, armInput(BASE, BASE));
    expect(look()).toBe("armed previous");
    expect(device("load", "1").code).toBe(EXIT.done);
    expect(look()).toBe("armed candidate");
    expect(device("confirm", "1").code).toBe(EXIT.done);
    expect(look()).toBe("confirmed candidate");
  });

  test("what changes nothing that runs can be taken back", () => {
    arm(1, LONG_S, armInput(BASE, BASE));
    device("load", "1");
    expect(device("restore", "1").code).toBe(EXIT.done);
    expect(look()).toBe("restored previous");
  });

  test("a foreign rule before the load refuses it, and stays", () => {
    arm();
    nft("add rule inet edge forward tcp dport 99 drop\n");
    expect(device("load", "1").code).toBe(EXIT.changed);
    expect(device("restore", "1").code).toBe(EXIT.done);
    expect(listing()).toContain("dport 99");
  });

  test("a foreign rule behind the load is not confirmed, and goes with it", () => {
    arm();
    device("load", "1");
    nft(`add chain inet edge mine\nadd rule inet edge mine tcp dport 99 drop\n${BAN}`);
    expect(device("confirm", "1").code).toBe(EXIT.changed);
    expect(device("restore", "1").code).toBe(EXIT.done);
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
    expect(arm(1, LONG_S, input).code).toBe(EXIT.cannotRestore);
    expect(look()).toBe("none previous");
    arm();
    writeFileSync(join(one.state, "1", "load"), "add rule inet edge nowhere drop\n");
    expect(device("load", "1").code).toBe(EXIT.notLoaded);
    expect(look()).toBe("armed previous");
  });

  test("a way back that does not lead back is refused before anything is loaded", () => {
    const input = armInput(BASE, CANDIDATE, undefined, "add table inet elsewhere\n");
    expect(arm(1, LONG_S, input).code).toBe(EXIT.cannotRestore);
    expect(listing()).toContain("dport 25 accept");
  });

  test("a plan for another state is refused", () => {
    nft("add rule inet edge forward tcp dport 99 drop\n");
    expect(arm().code).toBe(EXIT.changed);
  });

  describe("commands that come twice, late, or for an older apply do nothing", () => {
    test("twice", () => {
      for (const verb of ["arm", "load", "confirm"])
        for (let i = 0; i < 2; i++)
          expect(verb === "arm" ? arm().code : device(verb, "1").code, verb).toBe(EXIT.done);
      expect(look()).toBe("confirmed candidate");
    });

    test("late", () => {
      arm();
      device("load", "1");
      device("restore", "1");
      expect(device("load", "1").code).toBe(EXIT.tooLate);
      expect(device("confirm", "1").code).toBe(EXIT.tooLate);
      expect(arm().code).toBe(EXIT.tooLate);
      expect(look()).toBe("restored previous");
    });

    test("for an older apply", () => {
      arm(2);
      device("restore", "2");
      expect(look(1)).toBe("superseded previous");
      for (const verb of ["load", "confirm", "restore"])
        expect(device(verb, "1").code, verb).toBe(EXIT.superseded);
      expect(arm(1).code).toBe(EXIT.superseded);
    });
  });

  describe("a second apply", () => {
    test("is refused while the first is armed, whose dead-man goes on", async () => {
      arm(1, 2);
      device("load", "1");
      const { code, error } = arm(2);
      expect(code).toBe(EXIT.another);
      expect(error).toContain("apply 1 is armed and not confirmed");
      await marked(1, "restored");
      expect(look(1)).toBe("restored previous");
    });

    test("is refused while the first is being restored", () => {
      arm(1);
      renameSync(join(one.state, "1", "marker.restoring"), join(one.state, "1", "marker"));
      expect(arm(2).code).toBe(EXIT.another);
    });

    test("may come once the first is over, whose end stays on record", () => {
      arm(1);
      device("load", "1");
      device("confirm", "1");
      expect(arm(2, LONG_S, armInput(CANDIDATE, BASE)).code).toBe(EXIT.done);
      expect(look(1)).toBe("confirmed candidate");
      device("load", "2");
      device("restore", "2");
      expect(arm(3, LONG_S, armInput(CANDIDATE, BASE)).code).toBe(EXIT.done);
      expect(look(2)).toBe("restored previous");
      device("restore", "3");
    });
  });

  describe("a script that is sent, such as an undo", () => {
    const hash = () =>
      createHash("sha256")
        .update(listingWithoutLive(inside(["nft", "-a", "-s", "list", "ruleset"]).out))
        .digest("hex");
    const script = "add rule inet edge forward tcp dport 99 drop\n";
    /* As a leader does it: with the part itself, which may not be on the device yet. */
    const part = (state: string, words: readonly string[], input = "") =>
      inside(
        ["sh", "-c", readFileSync(WRAPPER, "utf8"), "premortem-device", state, ...words],
        input,
      );
    const inverse = `${ADDED}\nadd rule inet edge forward tcp dport 98 drop\n`;
    const send = (of = hash(), seconds = LONG_S, state = one.state) =>
      part(state, ["send", of, String(seconds)], partInput({ script, inverse }));
    const keep = (of: string, state = one.state) => part(state, ["keep", of]);
    const back = (of: string) => part(one.state, ["back", of]);

    test("is loaded onto the ruleset that it was made for, and onto no other", () => {
      const of = hash();
      expect(send(of).code).toBe(EXIT.done);
      expect(listing()).toContain("dport 99");
      expect(keep(of).code).toBe(EXIT.done);
      expect(send(of).code).toBe(EXIT.changed);
      expect(listing()).toContain("dport 99");
    });

    test("is loaded although a ban came meanwhile", () => {
      const of = hash();
      nft(BAN);
      expect(send(of).code).toBe(EXIT.done);
      keep(of);
    });

    test("goes by its inverse, and by the handles of what it added, once it is told to", () => {
      const of = hash();
      send(of);
      expect(back(of).code).toBe(EXIT.done);
      expect(listing()).toContain("dport 98");
      expect(listing()).not.toContain("dport 99");
      expect(keep(of).code).toBe(EXIT.tooLate);
    });

    test("goes by itself where nobody keeps it in time", async () => {
      const watched = spawn("ip", ["netns", "exec", one.namespace, "nft", "monitor", "rules"]);
      const gone = new Promise<void>((resolve) => {
        watched.stdout.on("data", (text: Buffer) => {
          if (/^delete rule .*/m.test(String(text))) resolve();
        });
      });
      send(hash(), 1);
      await gone;
      watched.kill();
      await once(watched, "exit");
      expect(listing()).not.toContain("dport 99");
      expect(listing()).toContain("dport 98");
    });

    test("goes in spite of a rule that somebody has added meanwhile, which stays", () => {
      const of = hash();
      send(of);
      nft("insert rule inet edge forward tcp dport 97 drop\n");
      back(of);
      expect(listing()).toContain("dport 97");
      expect(listing()).not.toContain("dport 99");
    });

    test("that nft does not take leaves nobody who waits", () => {
      const of = hash();
      const words = ["send", of, String(LONG_S)];
      const { code, error } = part(
        one.state,
        words,
        partInput({ script: "add rule x\n", inverse: "" }),
      );
      expect([code, error]).toEqual([EXIT.notLoaded, expect.stringContaining("syntax error")]);
      expect(keep(of).code).toBe(EXIT.tooLate);
    });

    test("loads nothing where the connection broke on the way", () => {
      const whole = partInput({ script, inverse });
      const before = listing();
      for (const cut of [1, whole.indexOf("=== inverse"), whole.length - 3]) {
        const said = part(one.state, ["send", hash(), String(LONG_S)], whole.slice(0, cut));
        expect([said.code, said.error]).toEqual([1, expect.stringContaining("broke off")]);
        expect(listing()).toBe(before);
      }
    });

    test("keeps an apply from being armed until it is kept", () => {
      const of = hash();
      send(of);
      expect(arm().code).toBe(EXIT.busy);
      expect(keep(of).code).toBe(EXIT.done);
    });

    test("is refused while an apply is armed, and told of which", () => {
      arm();
      device("load", "1");
      const { code, error } = send();
      expect([code, error]).toEqual([
        EXIT.another,
        expect.stringContaining("apply 1 is armed and not confirmed"),
      ]);
      expect(listing()).not.toContain("dport 99");
      device("confirm", "1");
      const of = hash();
      expect(send(of).code).toBe(EXIT.done);
      keep(of);
    });

    test("waits for whoever holds the lock, and is not loaded beside them", async () => {
      const holder = spawn("flock", [one.state, "cat"], { stdio: ["pipe", "pipe", "inherit"] });
      holder.stdin.write("held\n");
      await once(holder.stdout, "data");
      const of = hash();
      expect(send(of).code).toBe(EXIT.busy);
      holder.stdin.end();
      await once(holder, "exit");
      expect(send(of).code).toBe(EXIT.done);
      keep(of);
    });

    test("is loaded, and kept, where no record can be kept", () => {
      const of = hash();
      expect(send(of, LONG_S, "/proc/none/records").code).toBe(EXIT.done);
      expect(keep(of, "/proc/none/records").code).toBe(EXIT.done);
    });
  });

  test("a restart behind the confirmation and before the boot files is seen", () => {
    arm();
    device("load", "1");
    device("confirm", "1");
    writeFileSync(join(one.state, "1", "boot"), "another\n");
    nft(`flush ruleset\n${BASE}`);
    expect(look()).toBe("confirmed previous");
    expect(device("load", "1").code).toBe(EXIT.tooLate);
    expect(device("restore", "1").code).toBe(EXIT.cannotRestore);
  });

  test("what was armed before a restart counts as restored", () => {
    arm();
    const boot = readFileSync(join(one.state, "1", "boot"));
    writeFileSync(join(one.state, "1", "boot"), "another\n");
    expect(look()).toBe("restored previous");
    expect(device("load", "1").code).toBe(EXIT.tooLate);
    writeFileSync(join(one.state, "1", "boot"), boot);
  });

  test("a rehearsal says what a script would come to, and touches nothing", () => {
    const before = listing();
    const script = "insert rule inet edge forward tcp dport 99 drop\n";
    const said = inside(["sh", WRAPPER, one.state, "rehearse"], partInput({ base: BASE, script }));
    expect(said.code).toBe(EXIT.done);
    expect(said.out).toContain("dport 99 drop");
    expect(listing()).toBe(before);
    const wrong = inside(
      ["sh", WRAPPER, one.state, "rehearse"],
      partInput({ base: BASE, script: "nonsense\n" }),
    );
    expect(wrong.code).not.toBe(EXIT.done);
    expect(wrong.error).toContain("syntax error");
  });

  test("what broke off on the way arms nothing: lists of what live sets hold come last", () => {
    const whole = armInput();
    for (const cut of [0, whole.indexOf("=== load"), whole.indexOf("=== lost"), whole.length - 2]) {
      const { code, error } = arm(1, LONG_S, whole.slice(0, cut));
      expect([code, error]).toEqual([EXIT.cannotRestore, expect.stringContaining("broke off")]);
      expect(look()).toMatch(/^none /);
    }
    expect(arm().code).toBe(EXIT.done);
  });

  test("bad words are refused", () => {
    for (const words of [["frob"], ["load"], ["arm", "1"], ["arm", "1", "x"], ["load", "../1"]])
      expect(device(...words).code, words.join(" ")).toBe(64);
  });
});
