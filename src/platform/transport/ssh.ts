import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectProcess, type Diagnose, runProcess, streamProcess } from "./process.ts";
import { remoteCommand } from "./systemPath.ts";
import type { Transport, TransportFault } from "./transport.ts";

export interface SshTarget {
  /** What `ssh` takes: `user@host`, or a name of the user's own configuration. */
  readonly target: string;
  /** Null: as configured, else 22. */
  readonly port: number | null;
  /** Another configuration than the user's own. */
  readonly configFile?: string;
}

/** Seconds until a host that does not answer is given up. */
const CONNECT_TIMEOUT_S = 10;
/** Seconds between signs of life, and how many may be missed. */
const ALIVE_INTERVAL_S = 5;
const ALIVE_MISSED = 3;
/** Seconds that the shared connection stays open when nobody uses it. */
const PERSIST_S = 60;
/** The exit code that ssh keeps for itself. */
const SSH_FAILED = 255;

/**
 * A device behind the OpenSSH client itself, so that the user's configuration, agent, certificates and
 * jump hosts hold. Never asks anything, and trusts no host key that is not known. Commands share one
 * connection, in a folder that only this user can open.
 */
export function sshTransport(target: SshTarget): Transport {
  const folder = mkdtempSync(join(tmpdir(), "premortem-ssh-"));
  const name = `ssh://${target.target}${target.port === null ? "" : `:${target.port}`}`;
  const words = (...more: readonly string[]) => ["ssh", ...optionsOf(target, folder), ...more];
  const remote = (command: readonly string[]) => words("--", target.target, remoteCommand(command));
  const diagnose: Diagnose = ({ code, error }) =>
    code === SSH_FAILED ? faultOf(name, error) : null;
  return {
    name,
    run: (command, options = {}) => runProcess(remote(command), options, diagnose),
    stream: (command) => streamProcess(remote(command), diagnose),
    connect: (host, port) => {
      const there = ["-W", `${bracketed(host)}:${port}`, "--", target.target];
      const alone = ["ssh", "-o", "ControlPath=none", ...words(...there).slice(1)];
      return connectProcess(words(...there), async (ran) => {
        if (!REFUSED_BY_PEER.test(ran.error)) return diagnose(ran);
        const again = await runProcess(alone, {}, diagnose);
        return again.kind === "fault" ? again : faultOf(name, ran.error);
      });
    },
    knock: async (timeoutMs) => {
      /* Of options that are given twice ssh takes the first. */
      const alone = ["-o", "ControlPath=none", "-o", "ControlMaster=no"];
      const [ssh = "", ...rest] = remote(["true"]);
      const ran = await runProcess([ssh, ...alone, ...rest], { timeoutMs }, diagnose);
      return ran.kind === "fault" ? ran : null;
    },
    close: async () => {
      await runProcess(words("-O", "exit", "--", target.target), {}, () => null);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function optionsOf({ port, configFile }: SshTarget, folder: string): readonly string[] {
  const settings = {
    BatchMode: "yes",
    StrictHostKeyChecking: "yes",
    ConnectTimeout: CONNECT_TIMEOUT_S,
    ServerAliveInterval: ALIVE_INTERVAL_S,
    ServerAliveCountMax: ALIVE_MISSED,
    ControlMaster: "auto",
    ControlPath: join(folder, "%C"),
    ControlPersist: PERSIST_S,
  };
  return [
    ...(configFile === undefined ? [] : ["-F", configFile]),
    "-T",
    ...(port === null ? [] : ["-p", String(port)]),
    ...Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]),
  ];
}

/** Over a shared connection ssh does not say why: a connection of its own does. */
const REFUSED_BY_PEER = /Session open refused by peer/;

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

type SshFault = Pick<TransportFault, "fault" | "help">;

/** What ssh says of itself, in its own words (ssh.c, sshconnect.c, clientloop.c of OpenSSH 9). */
const FAULTS: readonly (readonly [RegExp, SshFault])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    {
      fault: "hostKeyChanged",
      help: "find out why before anything else: a new machine, or somebody in between; then `ssh-keygen -R HOST`",
    },
  ],
  [
    /Host key verification failed|No .* host key is known/,
    {
      fault: "hostKeyUnknown",
      help: "log in once by hand and compare the fingerprint, or add the key to known_hosts",
    },
  ],
  [
    /Permission denied|Too many authentication failures/,
    { fault: "loginRefused", help: "look whether the agent holds the key, and for which login" },
  ],
  [
    /administratively prohibited/,
    {
      fault: "forbidden",
      help: "allow it (AllowTcpForwarding, PermitOpen in sshd_config), or probe from elsewhere",
    },
  ],
  [
    /Could not resolve|Connection refused|No route to host|Network is unreachable|Connection timed out|stdio forwarding failed|open failed/,
    { fault: "unreachable", help: "look whether the device is up, and whether you may go there" },
  ],
];

function faultOf(name: string, error: string): TransportFault {
  const [, found] = FAULTS.find(([pattern]) => pattern.test(error)) ?? [];
  const words = error.trim().split("\n").at(-1)?.trim() ?? "";
  return {
    kind: "fault",
    ...(found ?? { fault: "lost", help: "look at what the device was doing: it may have run" }),
    message: `${name}: ${MESSAGES[found?.fault ?? "lost"] ?? words}`,
  };
}

const MESSAGES: Readonly<Partial<Record<TransportFault["fault"], string>>> = {
  hostKeyChanged: "the host's key is another one than before; nothing was sent to it",
  hostKeyUnknown: "the host's key is not known; nothing was sent to it",
  lost: "the connection broke",
  forbidden: "sshd lets nobody connect from there",
};
