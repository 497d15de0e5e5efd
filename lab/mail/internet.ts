import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { hostPath, type MailLab } from "./folder.ts";
import { startDaemon, startDetached } from "./processes.ts";

/** Words that start one of the lab's own programs. */
export function programOf(name: string, ...words: readonly string[]): readonly string[] {
  const loader = createRequire(import.meta.url).resolve("tsx");
  return [process.execPath, "--import", loader, join(import.meta.dirname, name), ...words];
}

/** The resolver that all mail hosts ask, and the mail server of the remote domain. */
export async function startInternet(lab: MailLab): Promise<void> {
  const file = hostPath(lab, "resolver", "dnsmasq.conf");
  writeFileSync(file, resolverSettings(lab));
  startDetached(lab, "remote", programOf("remoteMailMain.ts", lab.plan.prefix), "remote-mail.out");
  await startDaemon(
    lab,
    "resolver",
    ["dnsmasq", `--conf-file=${file}`, "--pid-file="],
    "dnsmasq.out",
  );
}

/* What it does not know does not exist: it asks nobody. */
function resolverSettings(lab: MailLab): string {
  const { plan } = lab;
  const { local, remote } = plan.domains;
  return `no-resolv
no-hosts
bind-interfaces
listen-address=${plan.addresses.resolver}
local=/example/
local-ttl=60
mx-host=${remote},mx.${remote},10
host-record=mx.${remote},${plan.addresses.remote}
mx-host=${local},mx.${local},10
host-record=mx.${local},${plan.addresses.firewall}
log-facility=${hostPath(lab, "resolver", "log", "dnsmasq.log")}
`;
}
