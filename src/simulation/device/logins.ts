import type { Printed, SimulatedLogin, SimulatedManagement, SimulatedTime } from "../model.ts";
import { done, failed } from "./printed.ts";

/** Milliseconds that somebody stays at the shell behind a command. */
const STAY_MS = 60_000;
const FIRST_PORT = 40_000;
const PORTS = 20_000;

/** The log in which sshd tells who comes and goes. */
export class LoginLog {
  private readonly path: string;
  private readonly files: Map<string, string>;
  private readonly time: SimulatedTime;
  private readonly host: string;
  private sessions = 0;
  /** How to take back that somebody goes, by who it is: who types again stays. */
  private readonly leaving = new Map<
    string,
    { readonly port: number; readonly stay: () => void }
  >();

  constructor(path: string, host: string, files: Map<string, string>, time: SimulatedTime) {
    this.path = path;
    this.host = host;
    this.files = files;
    this.time = time;
  }

  /** Somebody comes, and goes a while later. */
  visit({ login, address, key }: SimulatedLogin): void {
    const person = `${login} ${address}`;
    const open = this.leaving.get(person);
    open?.stay();
    const port = open?.port ?? FIRST_PORT + (this.sessions++ % PORTS);
    const how = key === null ? "password" : "publickey";
    const proof = key === null ? "" : `: ED25519 ${key}`;
    if (open === undefined)
      this.write(`Accepted ${how} for ${login} from ${address} port ${port} ssh2${proof}`);
    const stay = this.time.after(STAY_MS, () => {
      this.leaving.delete(person);
      this.write(`Disconnected from user ${person} port ${port}`);
    });
    this.leaving.set(person, { port, stay });
  }

  /** What premortem's question for logins prints: where it comes from, the time, the end of the log. */
  read(path: string, most: number, management: SimulatedManagement | null): Printed {
    const text = this.files.get(path);
    if (text === undefined)
      return failed(1, `tail: cannot open '${path}' for reading: No such file or directory`);
    const from = management === null ? "" : connectionText(management);
    const clock = `${Math.floor(this.time.nowMs() / 1_000)} +0000`;
    const lines = text.split("\n").filter((line) => line !== "");
    return done([from, clock, ...lines.slice(-most), ""].join("\n"));
  }

  private write(words: string): void {
    const stamp = new Date(this.time.nowMs()).toISOString().replace("Z", "+00:00");
    const line = `${stamp} ${this.host} sshd[${FIRST_PROCESS + this.sessions}]: ${words}\n`;
    this.files.set(this.path, `${this.files.get(this.path) ?? ""}${line}`);
  }
}

const FIRST_PROCESS = 2_000;

/** The port that premortem's own connection comes from. */
const OWN_PORT = 39_000;
export function connectionText({ client, server, port }: SimulatedManagement): string {
  return `${client} ${OWN_PORT} ${server} ${port}`;
}
