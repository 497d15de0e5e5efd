import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type ProveInput, proveChange } from "../operations/change/prove.ts";
import { parseNetwork } from "../operations/inventory/networkFile.ts";
import { makeSnapshot } from "../operations/inventory/snapshot.ts";
import { openProofThread } from "./proofThread.ts";

const PATH = "/etc/nftables.conf";
const EDGE = readFileSync("examples/mail/edge.nft", "utf8");

let root = "";
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "premortem-thread-"));
  await build({
    entryPoints: [join(import.meta.dirname, "proofWorker.ts")],
    outfile: join(root, "proofWorker.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
  });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function threadOf(name: string) {
  const thread = openProofThread(pathToFileURL(join(root, name)));
  onTestFinished(() => thread.close());
  return thread;
}

/** The database's port is closed. */
function input(): ProveInput {
  const { network } = parseNetwork("n", readFileSync("examples/mail/premortem.yaml", "utf8"));
  const device = network?.devices.get("edge");
  if (network === null || device === undefined) throw new Error("no network");
  const snapshot = makeSnapshot("edge", [
    { name: "nft", text: EDGE },
    { name: PATH, text: EDGE },
  ]);
  const files = new Map([[PATH, EDGE.replace("tcp dport 5432", "tcp dport 5433")]]);
  return { network, device, snapshot, notSeen: [], files, management: null };
}

test("a proof on a thread of its own is the same proof", async () => {
  const { prove } = threadOf("proofWorker.mjs");
  const asked = input();
  const [one, other] = await Promise.all([prove(asked), prove(asked)]);
  expect(one).toEqual(proveChange(input()));
  expect(one.broken.length).toBeGreaterThan(0);
  expect(other).toEqual(one);
});

test("who asks is answered meanwhile", async () => {
  const { prove } = threadOf("proofWorker.mjs");
  let isProved = false;
  const proving = prove(input()).then(() => {
    isProved = true;
  });
  await new Promise(setImmediate);
  expect(isProved).toBe(false);
  await proving;
});

test("a thread that ends fails what it was asked, and the next question begins another", async () => {
  writeFileSync(join(root, "ends.mjs"), "setImmediate(() => process.exit(1));");
  const { prove } = threadOf("ends.mjs");
  await expect(prove(input())).rejects.toThrow("the thread that proves has ended");
  await expect(prove(input())).rejects.toThrow("the thread that proves has ended");
});

test("what waits when the server ends is told so", async () => {
  const { prove, close } = threadOf("proofWorker.mjs");
  const waiting = expect(prove(input())).rejects.toThrow("the server ends");
  await close();
  await waiting;
});

test("what fails there is told with its reason", async () => {
  const { prove } = threadOf("proofWorker.mjs");
  const broken = { ...input(), snapshot: null } as unknown as ProveInput;
  await expect(prove(broken)).rejects.toThrow("prove a change");
});
