import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  expect,
  onTestFinished,
  test,
  vi,
} from "vitest";
import { describeWith } from "../../test/requirements.ts";
import { armInput, BASE, EXIT, here, LONG_S, OTHERS, TestDevice, WRAPPER } from "./testDevice.ts";

/* What may go wrong on a device at the very moment at which nobody else can help it. */

const device = new TestDevice(`pm-dead-${process.pid}`);
const armed = (id: number, seconds: number) => {
  expect(device.arm(id, seconds, armInput())).toMatchObject({ code: EXIT.done });
  expect(device.run("load", String(id))).toMatchObject({ code: EXIT.done });
};
/** Seconds of the window in which a test does what goes wrong. */
const SHORT_S = 1;
const LONGER_S = 4;
/** Milliseconds for the window, the wait for the lock, and what comes behind. */
const PATIENCE = { timeout: 20_000 };

/** A folder in front of the path, with a program that runs instead of nft. */
function insteadOfNft(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), "premortem-nft-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "nft");
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  device.env = { ...process.env, PATH: `${folder}:${process.env["PATH"]}` };
  return folder;
}

const nftPath = () => here("sh", ["-c", "command -v nft"]).out.trim();

describeWith(["root", "nft", "ip"], "a device in trouble", () => {
  beforeAll(() => here("ip", ["netns", "add", device.namespace]));
  afterAll(() => here("ip", ["netns", "delete", device.namespace]));
  beforeEach(() => {
    device.begin();
    device.nft(`flush ruleset\n${OTHERS}${BASE}`);
  });
  afterEach(async () => {
    for (const id of [2, 1]) device.run("restore", String(id));
    /* What was told to end takes a moment to. */
    await vi.waitUntil(() => here("pgrep", ["-f", device.state]).out === "");
    rmSync(device.state, { recursive: true, force: true });
  });

  /** Records on a disk of a megabyte. */
  function smallDisk(): void {
    const folder = device.state;
    here("mount", ["-t", "tmpfs", "-o", "size=1m,nr_inodes=100", "premortem", folder]);
    device.state = join(folder, "records");
    onTestFinished(() => {
      here("umount", [folder]);
      rmSync(folder, { recursive: true });
    });
    mkdirSync(device.state);
  }
  const fill = () => {
    const into = (name: string) => join(device.state, "..", name);
    here("sh", ["-c", 'i=0; while : >"$0$i"; do i=$((i + 1)); done 2>/dev/null', into("empty")]);
    here("dd", ["if=/dev/zero", "bs=4096", `of=${into("empty0")}`]);
    expect(here("sh", ["-c", 'echo full >"$0"', into("empty1")]).code).not.toBe(0);
  };

  test("restores although the disk is full", async () => {
    smallDisk();
    armed(1, LONGER_S);
    fill();
    expect(device.marker(1)).toBe("armed");
    await device.marked(1, "restored");
    expect(device.look()).toBe("restored previous");
  });

  test("restores what somebody has written over, although the disk is full", async () => {
    smallDisk();
    armed(1, LONGER_S);
    device.nft("add rule inet edge forward tcp dport 99 drop\n");
    fill();
    expect(device.marker(1)).toBe("armed");
    await device.marked(1, "restored");
    expect(device.look()).toBe("restored previous");
  });

  test("restores although the disk takes no writes, and says so when it does again", async () => {
    smallDisk();
    armed(1, SHORT_S);
    const remount = (how: string) =>
      here("mount", ["-o", `remount,${how}`, join(device.state, "..")]);
    expect(remount("ro").code).toBe(0);
    await expect.poll(() => device.listing(), PATIENCE).toContain("dport 25 accept");
    expect(device.marker(1)).toBe("armed");
    remount("rw");
    await device.marked(1, "restored");
    expect(device.look()).toBe("restored previous");
  });

  test("says that there is no room before anything is loaded", () => {
    smallDisk();
    fill();
    expect(device.arm(1, LONG_S, armInput()).code).toBe(EXIT.cannotRestore);
    expect(device.listing()).toContain("dport 25 accept");
  });

  test("restores although nft fails at first", async () => {
    const folder = insteadOfNft(`#!/bin/sh
if [ "$1" = -f ] && [ -e "$0.fails" ]; then
  left=$(cat "$0.fails")
  [ "$left" -le 0 ] || { echo $((left - 1)) >"$0.fails"; exit 1; }
fi
exec ${nftPath()} "$@"
`);
    armed(1, SHORT_S);
    /* Three ways back are tried each time: that is twice, and once more. */
    writeFileSync(join(folder, "nft.fails"), "7\n");
    await device.marked(1, "restored");
    expect(device.look()).toBe("restored previous");
  });

  test("restores although nft hangs at first", async () => {
    const folder = insteadOfNft(`#!/bin/sh
if [ "$1" = -f ] && [ -e "$0.hangs" ]; then rm "$0.hangs"; exec sleep 60; fi
exec ${nftPath()} "$@"
`);
    /* The script as it is, but for its patience. */
    device.part = join(folder, "part");
    const script = readFileSync(WRAPPER, "utf8");
    writeFileSync(device.part, script.replace(/^NFT_S=\d+$/m, "NFT_S=1"));
    armed(1, SHORT_S);
    writeFileSync(join(folder, "nft.hangs"), "");
    await device.marked(1, "restored");
    expect(device.look()).toBe("restored previous");
  });

  test("restores although nft does not say what runs at first", async () => {
    const folder = insteadOfNft(`#!/bin/sh
if [ -e "$0.mute" ]; then rm "$0.mute"; exit 1; fi
exec ${nftPath()} "$@"
`);
    /* A table that is not there before: silence must not be taken for that. */
    device.nft("delete table inet edge\n");
    expect(device.arm(1, SHORT_S, armInput("")).code).toBe(EXIT.done);
    expect(device.run("load", "1").code).toBe(EXIT.done);
    writeFileSync(join(folder, "nft.mute"), "");
    await device.marked(1, "restored");
    expect(device.listing()).not.toContain("edge");
  });

  test("restores where another attempt was ended half-way", async () => {
    armed(1, SHORT_S);
    here("mv", [`${device.state}/1/marker.restoring`, `${device.state}/1/marker`]);
    expect(device.look()).toBe("restoring candidate");
    await device.marked(1, "restored");
    expect(device.look()).toBe("restored previous");
  });

  test("restores although its script was replaced by another meanwhile", async () => {
    const part = join(device.state, "premortem-device");
    copyFileSync(WRAPPER, part);
    device.part = part;
    armed(1, SHORT_S);
    writeFileSync(`${part}.new`, "exit 0\n");
    here("mv", [`${part}.new`, part]);
    await device.marked(1, "restored");
    device.part = WRAPPER;
    expect(device.look()).toBe("restored previous");
  });

  test("restores although somebody holds the lock, and again when it is free", async () => {
    armed(1, LONGER_S);
    const holding = `echo held; exec sleep ${LONG_S}`;
    const holder = spawn("flock", [device.state, "sh", "-c", holding], {
      stdio: ["ignore", "pipe", "ignore"],
      detached: true,
    });
    const gone = once(holder, "exit");
    await once(holder.stdout, "data");
    await expect.poll(() => device.listing(), PATIENCE).toContain("dport 25 accept");
    expect(device.marker(1)).toBe("restoring");
    expect(device.run("look", "1").code).toBe(EXIT.busy);
    /* What the holder may still have done. */
    device.nft(`flush ruleset\n${BASE.replace("accept\n", "drop\n")}`);
    process.kill(-(holder.pid ?? 0), "SIGKILL");
    await gone;
    await device.marked(1, "restored");
    expect(device.look()).toBe("restored previous");
  }, 30_000);
});
