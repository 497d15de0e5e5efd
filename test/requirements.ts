import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe } from "vitest";
import { NOT_RUN } from "./notRun.ts";

/** Things outside of the package that some tests need. */
export type Requirement =
  | "root"
  | "nft"
  | "iptables"
  | "ipset"
  | "conntrack"
  | "ip"
  | "python3"
  | "sshd"
  | "mailLab"
  | "dpkg"
  | "alertmanager"
  | "chromium"
  | "zsh"
  | "fish"
  | "groff"
  | "corpus";

/** Real rulesets beside the repository; not part of it. */
export const CORPUS = "../shared/corpus";

/** Set in CI: whatever is missing fails instead of being skipped. */
const REQUIRE_ALL = process.env["PREMORTEM_REQUIRE_ALL"] === "1";

const COMMANDS: Readonly<Partial<Record<Requirement, readonly string[]>>> = {
  nft: ["nft", "--version"],
  iptables: ["iptables-restore", "--version"],
  ipset: ["ipset", "--version"],
  conntrack: ["conntrack", "--version"],
  ip: ["ip", "-V"],
  python3: ["python3", "--version"],
  sshd: ["sh", "-c", "test -x /usr/sbin/sshd && command -v ssh ssh-keygen"],
  alertmanager: ["sh", "-c", "command -v prometheus-alertmanager amtool"],
  dpkg: ["dpkg-query", "--version"],
  chromium: ["/usr/bin/chromium", "--version"],
  zsh: ["zsh", "--version"],
  fish: ["fish", "--version"],
  groff: ["groff", "--version"],
  mailLab: [
    "sh",
    "-ec",
    "command -v openssl runuser unshare; cd /usr/sbin; test -x postfix -a -x dovecot -a -x haproxy -a -x dnsmasq; test -e /usr/lib/postfix/postfix-pgsql.so -a -e /usr/lib/dovecot/modules/auth/libdriver_pgsql.so; test -x /usr/lib/postgresql/15/bin/initdb",
  ],
};

const REASONS: Readonly<Record<Requirement, string>> = {
  root: "needs root and network namespaces",
  nft: "needs nft (Debian: nftables)",
  iptables: "needs iptables-restore (Debian: iptables)",
  ipset: "needs ipset",
  conntrack: "needs conntrack",
  ip: "needs ip (Debian: iproute2)",
  python3: "needs python3",
  sshd: "needs sshd and ssh (Debian: openssh-server, openssh-client)",
  alertmanager: "needs Alertmanager (Debian: prometheus-alertmanager)",
  mailLab: "needs the mail network's software (Debian: lab/packages.sh installs it)",
  dpkg: "needs Debian's dpkg",
  chromium: "needs Chromium (Debian: chromium)",
  zsh: "needs zsh",
  fish: "needs fish",
  groff: "needs groff (Debian: groff-base)",
  corpus: `needs the corpus in ${CORPUS}`,
};

const known = new Map<Requirement, boolean>();

/** Whether the machine has it; asked once. */
export function has(requirement: Requirement): boolean {
  const answer = known.get(requirement) ?? find(requirement);
  known.set(requirement, answer);
  return answer;
}

function find(requirement: Requirement): boolean {
  if (requirement === "corpus") return existsSync(CORPUS);
  if (requirement === "root") return process.getuid?.() === 0 && runs(["unshare", "-n", "true"]);
  return runs(COMMANDS[requirement] ?? []);
}

function runs([command = "", ...args]: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * A suite that runs where everything that it needs is there. Elsewhere it is skipped, with the reason
 * in its name; where nothing may be skipped, it runs and so fails.
 */
export function describeWith(
  requirements: readonly Requirement[],
  name: string,
  body: () => void,
): void {
  const missing = requirements.filter((requirement) => !has(requirement));
  if (missing.length === 0 || REQUIRE_ALL) describe(name, body);
  else {
    const reasons = missing.map((requirement) => REASONS[requirement]).join("; ");
    describe.skip(`${name} ${NOT_RUN}${reasons}]`, body);
  }
}
