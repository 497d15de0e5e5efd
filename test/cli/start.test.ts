import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test, vi } from "vitest";
import { premortem } from "./premortem.ts";

/* `npm start` as a visitor meets it, without what npm does before: the link, how it ends, and how it goes on. */

vi.setConfig({ testTimeout: 240_000 });

const RULE = "insert rule inet edge forward tcp dport 4711 counter drop comment visit";

interface Started {
  readonly url: string;
  readonly printed: string;
  /** Ctrl-C; gives the exit code. */
  end(): Promise<number | null>;
}

async function start(data: string, ...more: readonly string[]): Promise<Started> {
  const words = ["scripts/start.js", "--data", data, ...more];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await gone;
  });
  const { url, printed } = await linkOf(child);
  return {
    url,
    printed,
    end: async () => {
      child.kill("SIGINT");
      const [code] = await gone;
      return code;
    },
  };
}

async function linkOf({ stdout }: ChildProcess) {
  if (stdout === null) throw new Error("nothing is printed");
  let printed = "";
  for await (const line of createInterface({ input: stdout })) {
    printed += `${line}\n`;
    const [, url] = /^ +(http:\/\/127\.0\.0\.1:\d+)\/$/.exec(line) ?? [];
    if (url !== undefined) return { url, printed };
  }
  throw new Error(`no link was printed: ${printed}`);
}

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "premortem-start-"));
  /* Where root runs it, the database runs as somebody else, who has to get there. */
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "data");
}

function byHand({ url }: Started, data: string, command: string) {
  const asking = ["--server", url, "--token-file", join(data, "tokens", "ana")];
  return premortem(["simulate", "fw1", ...asking, "--", ...command.split(" ")]);
}

test("it goes on where it was, and begins anew where that is wished", async () => {
  const data = freshFolder();
  const first = await start(data, "--port", "0");
  expect((await fetch(`${first.url}/health`)).status).toBe(200);
  expect(byHand(first, data, RULE)).toMatchObject({ code: 0, error: "" });
  expect(await first.end()).toBe(0);

  const second = await start(data, "--port", "0");
  expect(byHand(second, data, "list ruleset").out).toContain('comment "visit"');
  expect(await second.end()).toBe(0);

  const fresh = await start(data, "--port", "0", "--fresh");
  const listed = byHand(fresh, data, "list ruleset");
  expect(listed.out).toContain("ip saddr @mail");
  expect(listed.out).not.toContain('comment "visit"');
  expect(await fresh.end()).toBe(0);
});

test("where the port is taken, the next free one is", async () => {
  const taken = createServer();
  taken.listen(0, "127.0.0.1");
  await once(taken, "listening");
  onTestFinished(() => {
    taken.close();
  });
  const address = taken.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const started = await start(freshFolder(), "--port", String(port));
  expect(Number(new URL(started.url).port)).toBeGreaterThan(port);
  expect(await started.end()).toBe(0);
});
