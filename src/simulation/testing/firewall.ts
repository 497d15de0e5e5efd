import { openDevice } from "../device/device.ts";
import type { SimulatedDevice, SimulatedLinks, SimulatedTime } from "../model.ts";

export const BOOT_FILE = "/etc/nftables.conf";

const LINKS: SimulatedLinks = {
  interfaces: [
    { name: "dmz", addresses: ["10.9.2.1/24"] },
    { name: "wan", addresses: ["203.0.113.1/24"] },
    { name: "mgmt", addresses: ["10.9.9.1/24"] },
  ],
  gateway: "203.0.113.254",
  management: { client: "10.9.9.5", server: "10.9.9.1", port: 22, interface: "mgmt" },
};

/** The ruleset of a small firewall as its file; `more` stands in front of its forward chain. */
export function bootFile(more = ""): string {
  return `flush ruleset

define MAIL = { 10.9.2.11, 10.9.2.12 }

table inet edge {
  set bans {
    type ipv4_addr
    flags timeout
  }

  chain input {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    ct state established,related counter accept
    iifname "mgmt" tcp dport 22 counter accept comment "management"
  }

  chain forward {
    type filter hook forward priority filter; policy drop;
${more}    ip saddr @bans counter drop
    ct state established,related counter accept
    ip saddr $MAIL oifname "wan" tcp dport 25 counter accept comment "mail to internet"
    ip saddr 10.9.2.0/24 oifname "wan" meta l4proto { tcp, udp } th dport 53 counter accept
  }
}
`;
}

export function testFirewall(time: SimulatedTime, ruleset = bootFile()): SimulatedDevice {
  return openDevice({
    name: "fw1",
    time,
    links: LINKS,
    files: new Map([[BOOT_FILE, ruleset]]),
    bootFile: BOOT_FILE,
    loginLog: "/var/log/auth.log",
  });
}
