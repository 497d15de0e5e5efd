import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, onTestFinished, test, vi } from "vitest";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import { openReceiver } from "../../platform/notify/testing/receiver.ts";
import { ALERT_MIGRATIONS } from "../alert/store.ts";
import { parseNetwork } from "../inventory/networkFile.ts";
import { TRAIL_MIGRATIONS } from "../trail/store.ts";
import { ESCALATION_MIGRATIONS } from "./tables.ts";
import { calledBy, callingText, MAIL, openCalling } from "./testing/openCalling.ts";

vi.setConfig({ testTimeout: 60_000 });

test("killed in the middle of a step, the next server calls who is left, and nobody anew", async () => {
  const folder = mkdtempSync(join(tmpdir(), "premortem-call-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  let child: ChildProcess | null = null;
  /* Mia's call has gone out, and nobody could write down yet that it did; Vera's has not. */
  const receiver = await openReceiver((_, response) => {
    if (child?.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    else response.writeHead(200).end();
  });
  const { database, url } = await testDatabase(
    TRAIL_MIGRATIONS,
    ALERT_MIGRATIONS,
    ESCALATION_MIGRATIONS,
  );
  const text = callingText(receiver.url);
  const file = join(folder, "premortem.yaml");
  writeFileSync(file, text);
  const program = await bundle(folder);
  child = spawn(process.execPath, [program, url, file, JSON.stringify(MAIL)], { stdio: "inherit" });
  await once(child, "exit");
  expect(child.signalCode).toBe("SIGKILL");
  expect(receiver.received.map(calledBy)).toEqual(["step 1: mia"]);

  const { network } = parseNetwork(file, text);
  if (network === null) throw new Error("no network");
  const next = openCalling(database, () => network, Date.now());
  next.escalations.start();
  await next.see(MAIL);
  await next.see(MAIL);
  const calls = receiver.received.map(calledBy);
  expect(calls).toEqual(["step 1: mia", "step 1: mia", "step 1: vera"]);
  const ids = receiver.received.map(({ headers }) => headers["premortem-delivery"]);
  expect([ids[0] === ids[1], new Set(ids).size]).toEqual([true, 2]);
  const page = await next.trail.page({ before: null, limit: 100, subject: MAIL.key });
  expect(page.map(({ kind }) => kind).reverse()).toEqual(["escalation.begun", "escalation.told"]);
});

async function bundle(folder: string): Promise<string> {
  const outfile = join(folder, "call.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "testing/callMain.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["pg-native"],
    banner: {
      js: 'import { createRequire as make } from "node:module"; const require = make(import.meta.url);',
    },
  });
  return outfile;
}
