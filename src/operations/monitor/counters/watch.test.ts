import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { describeWith } from "../../../../test/requirements.ts";
import { namespaceTransport } from "../../../platform/transport/local.ts";
import { watch } from "../testing/mailHost.ts";

const MONITOR = "m: { kind: counters, on: mail1, every: 200ms }";
const RULE = `ip daddr 127.0.0.9 counter drop comment "by hand"`;

/** A namespace of its own with a chain in it. */
function namespace() {
  const name = `pmcount${randomBytes(3).toString("hex")}`;
  const ip = (...words: readonly string[]) => execFileSync("ip", words);
  const inside = (...words: readonly string[]) => ip("netns", "exec", name, ...words);
  ip("netns", "add", name);
  onTestFinished(() => {
    ip("netns", "delete", name);
  });
  inside("ip", "link", "set", "lo", "up");
  inside("nft", "add table inet t; add chain inet t c { type filter hook output priority 0; }");
  return { name, inside };
}

describeWith(["root", "ip", "nft"], "on a real kernel", () => {
  test("a rule that comes and drops is named, with its chain and its packets", async () => {
    const { name, inside } = namespace();
    const { monitors, until } = await watch([MONITOR], { transport: namespaceTransport(name) });
    monitors.start();
    await until(({ kind }) => kind === "seeing");
    inside("nft", `add rule inet t c ${RULE}`);
    const send = "for i in 1 2 3 4 5; do echo x > /dev/udp/127.0.0.9/9; done 2>/dev/null; true";
    const sender = setInterval(() => inside("bash", "-c", send), 100);
    onTestFinished(() => clearInterval(sender));
    const event = await until(({ kind }) => kind === "began");
    expect(event).toMatchObject({
      symptom: {
        kind: "counters",
        device: "mail1",
        flows: [],
        text: expect.stringMatching(
          /^mail1: `ip daddr 127.0.0.9 counter drop comment "by hand"` \(inet t c\) drops: \d+ within \d+ s, 0 a second are usual$/,
        ),
      },
    });
  });

  test("a ruleset that cannot be read is blindness", async () => {
    const { monitors, until } = await watch([MONITOR], {
      transport: namespaceTransport("pm-is-not-there"),
    });
    monitors.start();
    expect(await until(({ kind }) => kind === "blind")).toMatchObject({
      reason: expect.stringMatching(/^counters cannot be read: /),
    });
  });
});
