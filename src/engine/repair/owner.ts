/** What programs that write rules of their own are told, so that they do not write the fault again. */
import type { FlowPattern } from "../intents/model.ts";
import { generatorOf } from "../lint/generated.ts";
import type { IpFamily } from "../packet/packet.ts";
import { iptablesMatches } from "./flowWords.ts";
import type { Site } from "./site.ts";

/** Source of a packet in notation. */
const SOURCE = /^\S+ \[?([0-9a-fA-F.:]+?)\]?(?::\d+)? >/;

/** The command for the owner of the chain that decides; null: people write it, or no command does the same. */
export function ownerCommand(site: Site, pattern: FlowPattern, example: string): string | null {
  const { table, chain, rule } = site;
  const source = SOURCE.exec(example)?.[1] ?? null;
  switch (generatorOf(table, chain)) {
    case "Docker":
      return iptablesCommand(pattern);
    case "ufw":
      return ufwCommand(pattern);
    case "firewalld":
      return firewalldCommand(pattern, chain.name);
    case "fail2ban": {
      const jail =
        /@addr6?-set-([\w.-]+)/.exec(rule?.text ?? "")?.[1] ?? chain.name.replace(/^[^-]+-/, "");
      return source === null ? null : `fail2ban-client set ${jail} unbanip ${source}`;
    }
    case "CrowdSec":
      return source === null ? null : `cscli decisions delete --ip ${source}`;
    default:
      return null;
  }
}

/** Docker leaves DOCKER-USER to people, and jumps there before its own chains. */
function iptablesCommand(pattern: FlowPattern): string | null {
  if (pattern.path !== "forward") return null;
  const four = only(iptablesMatches(pattern, "ip"));
  const six = only(iptablesMatches(pattern, "ip6"));
  if (four !== null) return `iptables -I DOCKER-USER ${four} -j ACCEPT`;
  return six === null ? null : `ip6tables -I DOCKER-USER ${six} -j ACCEPT`;
}

function only(matches: readonly string[] | null): string | null {
  return matches?.length === 1 ? (matches[0] ?? null) : null;
}

interface Words {
  readonly family: IpFamily;
  readonly from: string | null;
  readonly to: string | null;
  readonly protocol: string;
  readonly port: string;
}

/** A flow as one rule of one family says it. */
function wordsOf(pattern: FlowPattern): Words | null {
  const found = (["ip", "ip6"] as const).flatMap((family) => {
    const match = only(iptablesMatches(pattern, family));
    const service = /-p (tcp|udp)\b.*--dport (\S+)/.exec(match ?? "");
    if (match === null || service === null || / -[io] /.test(` ${match} `)) return [];
    const [, protocol = "", port = ""] = service;
    const from = /-s (\S+)/.exec(match)?.[1] ?? null;
    const to = /-d (\S+)/.exec(match)?.[1] ?? null;
    return [{ family, from, to, protocol, port }];
  });
  return found.length === 1 ? (found[0] ?? null) : null;
}

const UFW = {
  forward: "ufw route insert 1 allow",
  input: "ufw insert 1 allow",
  output: "ufw insert 1 allow out",
};

function ufwCommand(pattern: FlowPattern): string | null {
  const words = wordsOf(pattern);
  if (words === null) return null;
  const { protocol, from, to, port } = words;
  const ends = `from ${from ?? "any"} to ${to ?? "any"} port ${port}`;
  return `${UFW[pattern.path]} proto ${protocol} ${ends}`;
}

/** A rich rule of a zone speaks of what comes to the device; what is forwarded needs a policy, which we do not know. */
function firewalldCommand(pattern: FlowPattern, chain: string): string | null {
  const words = wordsOf(pattern);
  const zone = /(?:^|_)IN_([A-Za-z0-9-]+)/.exec(chain)?.[1];
  if (words === null || zone === undefined || pattern.path !== "input") return null;
  const { family, from, protocol, port } = words;
  const source = from === null ? "" : ` source address="${from}"`;
  const version = family === "ip" ? "ipv4" : "ipv6";
  const rule = `rule family="${version}"${source} port port="${port.replace(":", "-")}" protocol="${protocol}" accept`;
  return `firewall-cmd --permanent --zone=${zone} --add-rich-rule='${rule}'`;
}
