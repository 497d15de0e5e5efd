import { quoted } from "./quoted.ts";

/**
 * Where programs of the system are, which a login that is not root's may not have in its PATH: sshd of Debian
 * gives it `/usr/local/bin:/usr/bin:/bin:/usr/games`, and nft, ip and postqueue are elsewhere.
 */
const SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin";

/** The environment of this process, with the programs of the system behind those that it finds. */
export function systemEnvironment(): NodeJS.ProcessEnv {
  const own = process.env["PATH"] ?? "";
  return { ...process.env, PATH: own === "" ? SYSTEM_FOLDERS : `${own}:${SYSTEM_FOLDERS}` };
}

/** Quoted as one word: whatever shell the login has hands it to a POSIX one. */
const WITH_SYSTEM = `PATH=\${PATH:+$PATH:}${SYSTEM_FOLDERS}; export PATH; exec "$@"`;

/** A command for a shell of the other side, each word of it as it stands. */
export function remoteCommand(command: readonly string[]): string {
  return ["sh", "-c", WITH_SYSTEM, "sh", ...command].map(quoted).join(" ");
}
