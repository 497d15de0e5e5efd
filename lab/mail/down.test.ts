import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { describeWith } from "../../test/requirements.ts";
import { down } from "./down.ts";
import { etcPath, hostPath, labOf, type MailLab, NAMESPACES, NETNS_ETC } from "./folder.ts";
import { programOf } from "./internet.ts";
import { namespaceOf, planNamed } from "./plan.ts";
import { up } from "./up.ts";

const LIMIT_MS = 60_000;
/** Milliseconds between two looks whether `up` has come so far. */
const LOOK_MS = 2;

vi.setConfig({ testTimeout: LIMIT_MS, hookTimeout: LIMIT_MS });

const text = (...[command = "", ...words]: readonly string[]) =>
  execFileSync(command, words, { encoding: "utf8" });
const entries = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);

/** What of the machine itself a lab could have touched. */
function machine() {
  return {
    nftables: text("nft", "list", "ruleset"),
    iptables: text("iptables-save").replace(/^#.*\n/gm, ""),
    logins: readFileSync("/etc/passwd", "utf8"),
    postfix: text(
      "sh",
      "-c",
      "find /etc/postfix /etc/dovecot /etc/haproxy -type f | sort | xargs sha256sum",
    ),
  };
}

/** What is there of a lab. */
function traces({ plan, folder }: MailLab) {
  const own = (names: readonly string[]) => names.filter((name) => name.startsWith(plan.prefix));
  return {
    namespaces: own(entries(NAMESPACES)),
    etc: own(entries(NETNS_ETC)),
    folder: existsSync(folder),
    mounts: readFileSync("/proc/self/mountinfo", "utf8").includes(`/${plan.prefix}`),
    processes: text("ps", "-eo", "args").includes(folder),
  };
}

const NOTHING = { namespaces: [], etc: [], folder: false, mounts: false, processes: false };

describeWith(
  ["root", "nft", "iptables", "ip", "sshd", "mailLab"],
  "a lab that is taken away",
  () => {
    const lab = labOf(planNamed("mail", `down-${process.pid}-`));
    afterEach(() => down(lab));

    test("leaves nothing behind, and has left the machine alone meanwhile", async () => {
      const before = machine();
      await up(lab.plan);
      expect(machine()).toEqual(before);
      expect(traces(lab)).toMatchObject({ folder: true, mounts: true, processes: true });
      expect(await down(lab)).toBe(true);
      expect(traces(lab)).toEqual(NOTHING);
      expect(machine()).toEqual(before);
      expect(await down(lab)).toBe(false);
    });

    /* Files that `up` makes one after the other. */
    const PLACES: readonly (readonly [string, string])[] = [
      ["before its namespaces", hostPath(lab, "ops")],
      ["among its namespaces", join(NAMESPACES, namespaceOf(lab.plan, "database"))],
      ["while its database is made", hostPath(lab, "database", "data", "base")],
      ["while its daemons start", etcPath(lab, "balancer", "haproxy", "haproxy.cfg")],
      ["when its mail is up", hostPath(lab, "mailTwo", "log", "dovecot.log")],
    ];
    test.each(PLACES)("leaves nothing behind where it was killed %s", async (_, place) => {
      const [program = "", ...words] = programOf("labMain.ts", "up", "--prefix", lab.plan.prefix);
      const upper = spawn(program, words, { stdio: "ignore" });
      const ended = once(upper, "exit");
      while (!existsSync(place)) {
        expect(upper.exitCode).toBe(null);
        await pause(LOOK_MS);
      }
      upper.kill("SIGKILL");
      await ended;
      expect(await down(lab)).toBe(true);
      expect(traces(lab)).toEqual(NOTHING);
    });

    test("is of a prefix that cannot lead out of the labs' folder", () => {
      expect(() => labOf(planNamed("mail", "../etc"))).toThrow(/is no prefix/);
    });

    test("is not made where there is one already", async () => {
      execFileSync("ip", ["netns", "add", namespaceOf(lab.plan, "mailTwo")]);
      await expect(up(lab.plan)).rejects.toThrow(/is there already, of no lab/);
      expect(traces(lab)).toMatchObject({
        namespaces: [namespaceOf(lab.plan, "mailTwo")],
        folder: false,
      });
      execFileSync("ip", ["netns", "delete", namespaceOf(lab.plan, "mailTwo")]);
    });
  },
);
