import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readNews } from "../../src/cli/server/newsReader.ts";
import type { News } from "../../src/server/events.ts";
import { premortem, type Run } from "../../test/cli/premortem.ts";

/** A server of the built bundle, in a process of its own, with its embedded database. */
export interface ServerProcess {
  readonly url: string;
  readonly process: ChildProcess;
  /** What it wrote to standard error. */
  log(): string;
  /** Asks it to end; gives its exit code. */
  end(): Promise<number | null>;
  /** Ends it by SIGKILL; what it started itself stays. */
  kill(): Promise<void>;
}

export interface ServerPlace {
  readonly networkFile: string;
  readonly data: string;
  readonly env?: Readonly<Record<string, string>>;
}

const SERVING = /^premortem serves at (\S+)$/;

/** Resolves when it serves; rejects with what it said where it ends before. */
export async function startServer({ networkFile, data, env }: ServerPlace): Promise<ServerProcess> {
  const args = ["serve", "--network", networkFile, "--data", data, "--port", "0"];
  const child = spawn("bin/premortem", args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const gone = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = SERVING.exec(line) ?? [];
    if (url === undefined) continue;
    child.stdout.resume();
    return {
      url,
      process: child,
      log: () => said,
      end: async () => {
        child.kill("SIGTERM");
        const [code] = await gone;
        return code;
      },
      kill: async () => {
        child.kill("SIGKILL");
        await gone;
      },
    };
  }
  await gone;
  throw new Error(said);
}

/** Runs commands as people of the network file. */
export interface Desk {
  /** A token of somebody, kept in a file. */
  login(name: string): void;
  as(name: string, ...args: readonly string[]): Run;
  /** Asks the API, with a body or without; what is refused is an error. */
  ask(name: string, path: string, body?: object): Promise<unknown>;
  /** News of the server, until it is gone; nothing is missed that comes after the first of them. */
  news(name: string): Promise<AsyncIterable<News>>;
}

export function openDesk({ url }: ServerProcess, folder: string, data: string): Desk {
  const tokenOf = (name: string) => join(folder, `${name}.token`);
  const bearerOf = (name: string) => ({
    authorization: `Bearer ${readFileSync(tokenOf(name), "utf8").trim()}`,
  });
  const run = (file: string, args: readonly string[]) =>
    premortem(args, "", { PREMORTEM_URL: url, PREMORTEM_TOKEN_FILE: file });
  return {
    login: (name) => {
      const made = run(join(data, "admin-token"), ["token", "create", name]);
      if (made.code !== 0) throw new Error(made.error);
      writeFileSync(tokenOf(name), made.out, { mode: 0o600 });
    },
    as: (name, ...args) => run(tokenOf(name), args),
    ask: async (name, path, body) => {
      const headers = { ...bearerOf(name), "content-type": "application/json" };
      const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
      const answer = await fetch(`${url}${path}`, { headers, ...sent });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
    news: async (name) => {
      const headers = { ...bearerOf(name), accept: "text/event-stream" };
      const { body, status } = await fetch(`${url}/v1/events`, { headers });
      if (body === null || status !== 200) throw new Error(`no news: ${status}`);
      return newsOf(body);
    },
  };
}

async function* newsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<News> {
  try {
    for await (const { news } of readNews(body)) if (news !== null) yield news;
  } catch (fault) {
    /* The connection of a server that was killed is cut. */
    if (!(fault instanceof TypeError)) throw fault;
  }
}
