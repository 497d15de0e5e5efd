import { expect, test } from "vitest";
import { readListing } from "../../operations/apply/listing.ts";
import { liveSets } from "../../operations/apply/liveSets.ts";
import { armInput } from "../../operations/apply/run.ts";
import { listingText, transitionScript } from "../../operations/apply/script.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import { bootFile, testFirewall } from "../testing/firewall.ts";
import { openTime } from "../time.ts";

const STATELESS = { stateless: true, handles: false, terse: false } as const;
const PART = "/var/lib/premortem/premortem-device";
const STATE = "/var/lib/premortem";
const WINDOW_S = 30;

/** A firewall, and what `arm` reads to put one more rule in. */
function begun() {
  const time = openTime(1_700_000_000_000);
  const firewall = testFirewall(time);
  firewall.files.set(PART, "#!/bin/sh\n");
  const candidate = testFirewall(time, bootFile("    ip saddr 192.0.2.9 counter drop\n"));
  const [base, after] = [firewall, candidate].map(
    ({ kernel }) => readListing(kernel.list(STATELESS)) ?? [],
  );
  if (base === undefined || after === undefined) throw new Error("no listing");
  const input = armInput({
    tables: ["inet edge"],
    base: listingText(base),
    candidate: listingText(after),
    load: transitionScript(base, after),
    restore: transitionScript(after, base),
    live: liveSets(base, after),
  });
  const { transport, kernel } = firewall;
  const ask = (...words: readonly string[]) => codeOf(transport, words, input);
  const look = async (id: string) => {
    const ran = await transport.run(["sh", PART, STATE, "look", id]);
    return ran.kind === "ran" ? ran.out.trim() : ran.message;
  };
  return { time, firewall, kernel, ask, look, transport, before: kernel.list(STATELESS) };
}

async function codeOf(transport: Transport, words: readonly string[], input: string) {
  const ran = await transport.run(["sh", PART, STATE, ...words], { input });
  return ran.kind === "ran" ? ran.code : ran.message;
}

test("what was loaded and not confirmed goes back when its time is over", async () => {
  const { time, kernel, ask, look, before } = begun();
  expect(await ask("arm", "1", String(WINDOW_S))).toBe(0);
  expect(await look("1")).toBe("armed previous");
  expect(await ask("load", "1")).toBe(0);
  expect(await look("1")).toBe("armed candidate");
  time.advance(WINDOW_S * 1_000 - 1);
  expect(await look("1")).toBe("armed candidate");
  time.advance(1);
  expect(await look("1")).toBe("restored previous");
  expect(kernel.list(STATELESS)).toBe(before);
  expect(await ask("load", "1")).toBe(13);
});

test("what was confirmed stays", async () => {
  const { time, ask, look } = begun();
  await ask("arm", "1", String(WINDOW_S));
  await ask("load", "1");
  expect(await ask("confirm", "1")).toBe(0);
  time.advance(10 * WINDOW_S * 1_000);
  expect(await look("1")).toBe("confirmed candidate");
});

test("an older apply can do nothing any more, and two are not armed at once", async () => {
  const { ask, look } = begun();
  await ask("arm", "2", String(WINDOW_S));
  expect(await ask("arm", "3", String(WINDOW_S))).toBe(15);
  expect(await ask("arm", "1", String(WINDOW_S))).toBe(14);
  expect(await look("1")).toBe("superseded previous");
});

test("nothing is armed on a ruleset that is not as planned", async () => {
  const { kernel, ask } = begun();
  kernel.run("add rule inet edge forward drop");
  expect(await ask("arm", "1", String(WINDOW_S))).toBe(10);
});

test("the dead-man restores though somebody has changed the own tables meanwhile", async () => {
  const { time, kernel, ask, look, before } = begun();
  await ask("arm", "1", String(WINDOW_S));
  await ask("load", "1");
  kernel.run("flush chain inet edge forward");
  expect(await look("1")).toBe("armed other");
  time.advance(WINDOW_S * 1_000);
  expect(await look("1")).toBe("restored previous");
  expect(kernel.list(STATELESS)).toBe(before);
});

test("a ban that came meanwhile outlives the way back, with the time that it has left", async () => {
  const { time, kernel, ask } = begun();
  kernel.run("add element inet edge bans { 198.51.100.7 timeout 1h }");
  await ask("arm", "1", String(WINDOW_S));
  await ask("load", "1");
  kernel.run("add element inet edge bans { 198.51.100.8 timeout 1h }");
  kernel.run("flush chain inet edge forward");
  time.advance(WINDOW_S * 1_000);
  const listed = kernel.list({ stateless: false, handles: false, terse: false });
  expect(listed).toContain("198.51.100.7 timeout 1h expires 59m30s");
  expect(listed).toContain("198.51.100.8 timeout 1h expires 59m30s");
});
