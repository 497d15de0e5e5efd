import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { hostPath, type MailLab } from "../folder.ts";
import { managementAddress } from "../plan.ts";
import { startDetached } from "../processes.ts";
import { type LineProcess, type News, type Question, startLines, toldSchema } from "./relay.ts";

const BUNDLE = join(import.meta.dirname, "../../../bin/premortem");
/** Of the namespace; nothing else listens there. */
const PORT = 8_700;
/** Milliseconds until a server that is started answers, and between two looks. */
const START_MS = 30_000;
const LOOK_MS = 50;
/** Milliseconds in which one that is asked to end has ended. */
const END_MS = 30_000;

export type Login = "admin" | "ana" | "bob" | "eva";

/** News, with the moment when a client has heard them. */
export interface Heard extends News {
  readonly heardMs: number;
}

/** What the API says no to. */
export interface ApiRefusal {
  readonly kind: "refused";
  readonly status: number;
  readonly message: string;
}

/** A premortem server of the lab, as a person's client sees it. */
export interface LabServer {
  /** Where it listens, on the management link. */
  readonly url: string;
  /** An answer of another kind than the contract says, or none, is an error. */
  ask<Schema extends z.ZodType>(
    login: Login,
    method: "GET" | "POST" | "PUT",
    path: string,
    schema: Schema,
    body?: unknown,
  ): Promise<z.infer<Schema>>;
  /** Asks something that may be refused. */
  tryAsk(
    login: Login,
    method: "POST" | "PUT",
    path: string,
    body?: unknown,
  ): Promise<{ readonly kind: "done"; readonly body: unknown } | ApiRefusal>;
  /** All news so far, in the order in which they were heard. */
  heard(): readonly Heard[];
  /** The first news since a moment that are as wanted, also where they came already. */
  await(sinceMs: number, isWanted: (news: Heard) => boolean, waitMs: number): Promise<Heard | null>;
  stop(): Promise<void>;
}

const errorSchema = z.object({ error: z.object({ message: z.string(), help: z.string() }) });
const secretSchema = z.object({ secret: z.string() });
const PEOPLE = ["ana", "bob", "eva"] as const satisfies readonly Login[];

/** Starts a server in the namespace of premortem, with a data folder of its own. */
export async function startServer(
  lab: MailLab,
  name: string,
  networkFile: string,
): Promise<LabServer> {
  const folder = hostPath(lab, "ops", name);
  const pidFile = `${folder}.pid`;
  /* Others pass through to the database's folder, which belongs to a user of its own. */
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const data = join(folder, "data");
  /* The help desk stands on the management link, too. */
  const host = managementAddress(lab.plan, "ops");
  const url = `http://${host}:${PORT}`;
  startDetached(
    lab,
    "ops",
    [
      "sh",
      "-c",
      /* What a killed server leaves in /tmp is gone with its namespace. */
      'mount -t tmpfs tmpfs /tmp && echo $$ >"$0" && exec "$@"',
      pidFile,
      process.execPath,
      BUNDLE,
      ...["serve", "--network", networkFile, "--data", data],
      ...["--host", host, "--port", String(PORT)],
    ],
    `${name}.log`,
  );
  const client = openClient(lab, url);
  await client.awaitHealth();
  const tokens = new Map<Login, string>([
    ["admin", readFileSync(join(data, "admin-token"), "utf8").trim()],
  ]);
  const askAs = (login: Login, question: Omit<Question, "id" | "token">) =>
    client.ask({ ...question, token: tokens.get(login) ?? null });
  for (const login of PEOPLE) {
    const answer = await askAs("admin", {
      method: "POST",
      path: "/v1/tokens",
      body: { login },
    });
    tokens.set(login, secretSchema.parse(answer.body).secret);
  }
  await askAs("eva", { method: "LISTEN", path: "/v1/events", body: null });
  return {
    url,
    ask: async (login, method, path, schema, body = null) => {
      const { status, body: said } = await askAs(login, { method, path, body });
      if (status !== 200) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(said)}`);
      return schema.parse(said);
    },
    tryAsk: async (login, method, path, body = null) => {
      const { status, body: said } = await askAs(login, { method, path, body });
      if (status === 200) return { kind: "done", body: said };
      return { kind: "refused", status, message: errorSchema.parse(said).error.message };
    },
    heard: client.heard,
    await: client.await,
    stop: async () => {
      await client.close();
      await end(Number(readFileSync(pidFile, "utf8")));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

type Waiting = {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (fault: Error) => void;
};

function openClient(lab: MailLab, url: string) {
  const waiting = new Map<number, Waiting>();
  const heard: Heard[] = [];
  const listeners = new Set<() => void>();
  const lines: LineProcess = startLines(lab, "ops", ["report/relayMain.ts", url], (line) => {
    const told = toldSchema.parse(JSON.parse(line));
    if (told.kind === "news") {
      heard.push({ ...told.news, heardMs: told.atMs });
      for (const listener of listeners) listener();
      return;
    }
    const one = waiting.get(told.id);
    waiting.delete(told.id);
    if (told.kind === "fault") one?.reject(new Error(told.message));
    else one?.resolve(told);
  });
  let number = 0;
  const ask = (question: Omit<Question, "id">) =>
    new Promise<Answer>((resolve, reject) => {
      number++;
      waiting.set(number, { resolve, reject });
      lines.send({ ...question, id: number });
    });
  return {
    ask,
    heard: () => heard,
    await: async (
      sinceMs: number,
      isWanted: (news: Heard) => boolean,
      waitMs: number,
    ): Promise<Heard | null> => {
      const find = () => heard.find((one) => one.heardMs >= sinceMs && isWanted(one)) ?? null;
      for (const end = Date.now() + waitMs; find() === null && Date.now() < end; )
        await woken(listeners, end - Date.now());
      return find();
    },
    awaitHealth: async () => {
      for (const end = Date.now() + START_MS; ; await pause(LOOK_MS)) {
        const question = { method: "GET", path: "/health", token: null, body: null } as const;
        if (await ask(question).then(({ status }) => status === 200, isNotThere)) return;
        if (Date.now() > end) throw new Error("the server does not answer: see its log in `ops`");
      }
    },
    close: () => lines.close(),
  };
}

function isNotThere(): boolean {
  return false;
}

function woken(listeners: Set<() => void>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      listeners.delete(done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    listeners.add(done);
  });
}

/** Asks a process of ours to end, and waits until it has. */
async function end(pid: number): Promise<void> {
  const isThere = (signal: NodeJS.Signals | 0) => {
    try {
      return process.kill(pid, signal);
    } catch {
      return false;
    }
  };
  isThere("SIGTERM");
  for (const until = Date.now() + END_MS; isThere(0); await pause(LOOK_MS))
    if (Date.now() > until) isThere("SIGKILL");
}
