import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { partInput } from "../../operations/apply/partInput.ts";
import { listingWithoutLive } from "../../operations/change/runningHash.ts";
import { undo } from "../../operations/incident/undo.ts";
import { testFirewall } from "../testing/firewall.ts";
import { openTime } from "../time.ts";

const STATELESS = { stateless: true, handles: false, terse: false } as const;
const WITH_HANDLES = { stateless: true, handles: true, terse: false } as const;
const STATE = "/var/lib/premortem";
const KEEP_S = 15;

/** A firewall with a rule by hand, and the undo of it as it is sent. */
function begun() {
  const time = openTime(1_700_000_000_000);
  const { kernel, transport } = testFirewall(time);
  const before = kernel.list(STATELESS);
  kernel.run("insert rule inet edge forward tcp dport 25 counter drop");
  kernel.run("flush chain inet edge input");
  const drifted = kernel.list(STATELESS);
  const listing = kernel.list(WITH_HANDLES);
  const found = undo(before, listing);
  if (found === null) throw new Error("no listing");
  const hash = createHash("sha256").update(listingWithoutLive(listing)).digest("hex");
  const part = async (...words: readonly string[]) => {
    const input = partInput({ script: found.script, inverse: found.inverse });
    const command = ["sh", "-c", "the part", "premortem-device", STATE, ...words];
    const ran = await transport.run(command, { input });
    return ran.kind === "ran" ? ran.code : ran.message;
  };
  return { time, kernel, before, drifted, hash, part };
}

test("an undo that is kept stays", async () => {
  const { time, kernel, before, hash, part } = begun();
  expect(await part("send", hash, String(KEEP_S))).toBe(0);
  expect(kernel.list(STATELESS)).toBe(before);
  expect(await part("keep", hash)).toBe(0);
  time.advance(60_000);
  expect(kernel.list(STATELESS)).toBe(before);
  expect(await part("keep", hash)).toBe(13);
});

test("one that nobody keeps goes back by itself", async () => {
  const { time, kernel, before, drifted, hash, part } = begun();
  await part("send", hash, String(KEEP_S));
  time.advance(KEEP_S * 1_000 - 1);
  expect(kernel.list(STATELESS)).toBe(before);
  time.advance(1);
  expect(kernel.list(STATELESS)).toBe(drifted);
});

test("one that is taken back goes at once", async () => {
  const { kernel, drifted, hash, part } = begun();
  await part("send", hash, String(KEEP_S));
  expect(await part("back", hash)).toBe(0);
  expect(kernel.list(STATELESS)).toBe(drifted);
});

test("nothing is sent onto a ruleset that changed meanwhile", async () => {
  const { kernel, hash, part } = begun();
  kernel.run("add rule inet edge forward drop");
  expect(await part("send", hash, String(KEEP_S))).toBe(10);
});

test("a verb that is none is refused as bad usage", async () => {
  const { part } = begun();
  expect([await part("dance"), await part("arm", "one", "5"), await part("send", "", "5")]).toEqual(
    [64, 64, 64],
  );
});
