import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** premortem on its simulated network, as `npm start` starts it. */
export interface Demo {
  readonly url: string;
  /** Path of `premortem.yaml`: read at each start. */
  readonly networkFile: string;
  /** Ends it as a crash would: it takes nothing down with it. */
  kill(): Promise<void>;
  /** Starts it again on what it has kept, at the same address. */
  again(): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds until it has to serve: the database is made, and six devices are read. */
const START_MS = 60_000;

/** `prepare`: puts something into the folder of the simulation before the first start; default: nothing. */
export async function startDemo(
  prepare: (folder: string) => void = () => undefined,
): Promise<Demo> {
  const data = mkdtempSync(join(tmpdir(), "premortem-demo-"));
  const folder = join(data, "simulation");
  mkdirSync(folder);
  prepare(folder);
  let server = await serve(data, 0);
  const { url } = server;
  const end = async (signal: NodeJS.Signals) => {
    const { process: child } = server;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  };
  return {
    url,
    networkFile: join(folder, "premortem.yaml"),
    kill: () => end("SIGKILL"),
    async again() {
      server = await serve(data, Number(new URL(url).port));
    },
    async close() {
      await end("SIGTERM");
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function serve(data: string, port: number) {
  const words = ["bin/premortem", "serve", "--simulated", "--data", data, "--port", String(port)];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => said.push(line));
  const url = await new Promise<string>((resolve, reject) => {
    const fail = () => reject(new Error(`premortem does not serve:\n${said.join("\n")}`));
    const timer = setTimeout(fail, START_MS);
    child.once("exit", fail);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [, found] = /^premortem serves at (\S+)/.exec(line) ?? [];
      if (found === undefined) return;
      clearTimeout(timer);
      child.off("exit", fail);
      resolve(found);
    });
  });
  return { process: child, url };
}
