import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { describeWith } from "../test/requirements.ts";
import { Kernel } from "./kernel.ts";
import { makeLabHost } from "./labHost.ts";

const RULES = `table inet t {
  chain f {
    type filter hook forward priority 0; policy drop;
  }
}
`;

/** What the host holds: rules of both tools, interfaces, namespaces with a name. */
function hostState(): readonly string[] {
  const run = (command: string, ...args: readonly string[]) =>
    execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return [run("nft", "list", "ruleset"), run("ip", "-o", "link"), run("ip", "netns", "list")];
}

/** Network namespaces of all processes. */
function namespaces(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const process of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      found.add(readlinkSync(`/proc/${process}/ns/net`));
    } catch {
      /* It has ended. */
    }
  }
  return found;
}

async function loadSomething(): Promise<Kernel> {
  const kernel = new Kernel();
  await kernel.setUp(makeLabHost(["lab0", "lab1"]).setup);
  expect(await kernel.load(["nft", "-f", "-"], RULES)).toBeNull();
  await kernel.observe();
  return kernel;
}

describeWith(["root", "nft", "ip", "python3"], "the host is left alone", () => {
  test("while rules are loaded, and afterwards", async () => {
    const before = hostState();
    const kernel = await loadSomething();
    expect(readlinkSync(`/proc/${kernel.pid}/ns/net`)).not.toBe(readlinkSync("/proc/self/ns/net"));
    expect(await kernel.rules()).toEqual([]);
    expect(hostState()).toEqual(before);
    await kernel.close();
    expect(hostState()).toEqual(before);
  });

  test("when the helper is killed", async () => {
    const before = hostState();
    const kernel = await loadSomething();
    const own = readlinkSync(`/proc/${kernel.pid}/ns/net`);
    process.kill(kernel.pid, "SIGKILL");
    await kernel.close();
    expect(hostState()).toEqual(before);
    expect(namespaces().has(own)).toBe(false);
  });

  test("when the harness itself is killed", async () => {
    const before = hostState();
    const script = `import { Kernel } from "./lab/kernel.ts";
import { makeLabHost } from "./lab/labHost.ts";
const kernel = new Kernel();
kernel.setUp(makeLabHost(["lab0"]).setup).then(() => console.log(kernel.pid));
setInterval(() => undefined, 1000);`;
    const harness = spawn(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "--eval", script],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const pid = await new Promise<string>((resolve) =>
      harness.stdout.once("data", (data: Buffer) => resolve(data.toString("utf8").trim())),
    );
    const own = readlinkSync(`/proc/${pid}/ns/net`);
    harness.kill("SIGKILL");
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
    expect(namespaces().has(own)).toBe(false);
    expect(hostState()).toEqual(before);
  });

  test("where no namespace was made for it", () => {
    const host = readlinkSync("/proc/self/ns/net");
    const helper = () =>
      execFileSync("python3", ["-B", "lab/helpers/kernel.py", host], { stdio: "pipe" });
    expect(helper).toThrow(/refused/);
  });
});

function isRunning(pid: string): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
