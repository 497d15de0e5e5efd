import { mkdirSync, writeFileSync } from "node:fs";
import { etcPath, hostPath, type MailLab } from "./folder.ts";
import { MAIL_ROLES } from "./plan.ts";
import { startDaemon } from "./processes.ts";

/** What users connect to: mail from outside, submission, IMAP. */
const PORTS = [25, 587, 143] as const;

export function configureBalancer(lab: MailLab): void {
  mkdirSync(etcPath(lab, "balancer", "haproxy"), { recursive: true });
  mkdirSync(hostPath(lab, "balancer", "run"), { recursive: true });
  writeFileSync(etcPath(lab, "balancer", "haproxy", "haproxy.cfg"), settings(lab));
}

export async function startBalancer(lab: MailLab): Promise<void> {
  const words = ["haproxy", "-D", "-f", "/etc/haproxy/haproxy.cfg"];
  await startDaemon(lab, "balancer", words, "haproxy.out");
}

function settings(lab: MailLab): string {
  const { plan } = lab;
  const listeners = PORTS.map(
    (port) => `
listen port-${port}
  bind ${plan.addresses.balancer}:${port}
  balance roundrobin
  default-server inter 2s fall 3 rise 2
${MAIL_ROLES.map((role) => `  server ${plan.hosts[role]} ${plan.addresses[role]}:${port} check\n`).join("")}`,
  );
  const run = hostPath(lab, "balancer", "run");
  return `global
  maxconn 2000
  pidfile ${run}/haproxy.pid
  stats socket ${run}/haproxy.sock mode 600 level admin
defaults
  mode tcp
  timeout connect 5s
  timeout client 5m
  timeout server 5m
frontend statistics
  mode http
  bind *:8404
  http-request use-service prometheus-exporter if { path /metrics }
  stats enable
  stats uri /
${listeners.join("")}`;
}
