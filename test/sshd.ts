import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A real sshd on loopback that lets this user in with a key of its own. */
export interface TestSshd {
  readonly target: string;
  readonly port: number;
  /** For `ssh -F`: knows the key of the login, and that of the host. */
  readonly configFile: string;
  /** Where keys and configuration lie. */
  readonly folder: string;
  /** Kills it with all sessions, whatever they run goes on; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it once more, once it is gone. `other`: with another key than before. */
  again(key: "same" | "other"): Promise<void>;
  stop(): Promise<void>;
}

export interface SshdOptions {
  readonly allowTcpForwarding?: boolean;
  /** Default: any free one. */
  readonly port?: number;
  /** False: the client does not know the host's key. */
  readonly isKnown?: boolean;
  /** PATH of the login; default: sshd's own. */
  readonly path?: string;
  /** Default: it listens on loopback, and the client comes from there. */
  readonly within?: SshdPlace;
}

/** Namespaces of the daemon and of the client. */
export interface SshdPlace {
  readonly daemon: string;
  readonly address: string;
  readonly client: string;
}

/** Makes a connection in the namespace of whoever runs it. */
const RELAY = `const socket = require("node:net").connect(+process.argv[3], process.argv[2]);
socket.on("close", () => process.exit()); process.stdin.on("close", () => process.exit());
socket.on("error", () => process.exit(1)); process.stdin.pipe(socket); socket.pipe(process.stdout);`;

/** Privilege separation wants its folder, which the package's service makes. */
const RUN_FOLDER = "/run/sshd";

export async function startSshd({
  allowTcpForwarding = true,
  port: wanted = 0,
  isKnown = true,
  path,
  within,
}: SshdOptions = {}): Promise<TestSshd> {
  const folder = mkdtempSync(join(tmpdir(), "premortem-sshd-"));
  const at = (name: string) => join(folder, name);
  for (const name of ["host", "login"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", at(name)]);
  const address = within?.address ?? "127.0.0.1";
  const port = wanted === 0 ? await freePort() : wanted;
  if (process.getuid?.() === 0) mkdirSync(RUN_FOLDER, { recursive: true });
  writeFileSync(
    at("sshd_config"),
    `ListenAddress ${address}:${port}
HostKey ${at("host")}
AuthorizedKeysFile ${at("login.pub")}
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
AllowTcpForwarding ${allowTcpForwarding ? "yes" : "no"}
${path === undefined ? "" : `SetEnv PATH=${path}`}
`,
  );
  const target = `${userInfo().username}@${address}`;
  const hostKey = execFileSync("cat", [at("host.pub")], { encoding: "utf8" });
  writeFileSync(at("known_hosts"), isKnown ? `${address},[${address}]:${port} ${hostKey}` : "");
  writeFileSync(
    at("ssh_config"),
    `Host *
  IdentityFile ${at("login")}
  IdentitiesOnly yes
  UserKnownHostsFile ${at("known_hosts")}
  GlobalKnownHostsFile /dev/null
${within === undefined ? "" : `  ProxyCommand ip netns exec ${within.client} ${process.execPath} ${at("relay.cjs")} %h %p\n`}`,
  );
  chmodSync(at("ssh_config"), 0o600);
  writeFileSync(at("relay.cjs"), RELAY);
  const inside = within === undefined ? [] : ["ip", "netns", "exec", within.daemon];
  const words = [...inside, "/usr/sbin/sshd", "-D", "-e", "-f", at("sshd_config")];
  let daemon = await startDaemon(words);
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    if (daemon.exitCode !== null || daemon.signalCode !== null) return;
    const gone = once(daemon, "exit");
    daemon.kill(signal);
    await gone;
  };
  return {
    target,
    port,
    configFile: at("ssh_config"),
    folder,
    kill: async () => {
      const sessions = sessionsOf(daemon.pid ?? 0);
      await end("SIGKILL");
      for (const pid of sessions) killed(pid);
    },
    again: async (key) => {
      const other = [...words, "-o", `HostKey=${at("login")}`];
      daemon = await startDaemon(key === "same" ? words : other);
    },
    stop: async () => {
      const sessions = sessionsOf(daemon.pid ?? 0);
      await end("SIGTERM");
      /* One whose link was cut does not notice that nobody is there. */
      for (const pid of sessions) killed(pid);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function killed(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    /* It has ended by itself. */
  }
}

async function startDaemon([program = "", ...rest]: readonly string[]) {
  const daemon = spawn(program, rest, { stdio: ["ignore", "ignore", "pipe"] });
  for await (const line of createInterface({ input: daemon.stderr }))
    if (line.includes("listening")) break;
  daemon.stderr.resume();
  return daemon;
}

/** The processes of sshd itself below one, without what their sessions run. */
function sessionsOf(parent: number): readonly number[] {
  return ownText(`/proc/${parent}/task/${parent}/children`)
    .split(" ")
    .filter((text) => text !== "")
    .map(Number)
    .filter((pid) => ownText(`/proc/${pid}/comm`).startsWith("sshd"))
    .flatMap((pid) => [pid, ...sessionsOf(pid)]);
}

/** A file of a process: nothing, where the process ended since it was listed. */
function ownText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
