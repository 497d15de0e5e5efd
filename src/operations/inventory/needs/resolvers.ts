import {
  type ConfigReader,
  type ConfigText,
  DEFAULT_PORTS,
  type Need,
  parseHostPort,
} from "./model.ts";

const RESOLVERS = "/etc/resolv.conf";
/** Where systemd-resolved keeps those that it asks itself (systemd-resolved.service(8)). */
const UPLINKS = "/run/systemd/resolve/resolv.conf";
const LOOPBACK = /^(?:127\.|::1$)/;

/**
 * Who answers a host's questions for names: the `nameserver` lines of resolv.conf. A resolver of the host itself
 * asks others: those that its configuration names, else all the world's, and then it stands for them.
 */
export function readResolvers(reader: ConfigReader): readonly Need[] {
  const named = nameservers(reader.read(RESOLVERS));
  const own = named.filter(({ host }) => LOOPBACK.test(host));
  const others = named.filter(({ host }) => !LOOPBACK.test(host));
  if (own.length === 0) return others;
  const asked = forwarders(reader);
  return [...others, ...(asked.length > 0 ? asked : own)];
}

function nameservers(file: ConfigText | null): readonly Need[] {
  return linesOf(file).flatMap(({ text, line, path }) => {
    const [, host] = /^\s*nameserver\s+([0-9a-fA-F:.]+)/.exec(text) ?? [];
    return host === undefined ? [] : [need({ host, port: DEFAULT_PORTS.dns }, path, line)];
  });
}

/** Whom systemd-resolved, Unbound, Dnsmasq and BIND ask, whichever of them is there. */
function forwarders(reader: ConfigReader): readonly Need[] {
  const files = (...patterns: readonly string[]) =>
    patterns.flatMap((pattern) => {
      if (pattern.includes("*")) return reader.list(pattern, "optional");
      return reader.read(pattern, "optional") ?? [];
    });
  return [
    ...files(UPLINKS).flatMap(nameservers),
    ...files("/etc/unbound/unbound.conf", "/etc/unbound/unbound.conf.d/*.conf").flatMap(ofUnbound),
    ...files("/etc/dnsmasq.conf", "/etc/dnsmasq.d/*").flatMap(ofDnsmasq),
    ...files("/etc/bind/named.conf.options", "/etc/bind/named.conf", "/etc/named.conf").flatMap(
      ofBind,
    ),
  ].filter(({ host }) => !LOOPBACK.test(host));
}

/** `forward-addr: 192.0.2.1@853#name` of the zone `.` (unbound.conf(5)); other zones are few of the names. */
function ofUnbound(file: ConfigText): readonly Need[] {
  let isRoot = false;
  return linesOf(file).flatMap(({ text, line, path }) => {
    if (/^\s*[\w-]+:\s*(?:#.*)?$/.test(text)) isRoot = false;
    if (/^\s*name:\s*"?\."?\s*(?:#.*)?$/.test(text)) isRoot = true;
    const [, host, port] = /^\s*forward-addr:\s*"?([0-9a-fA-F:.]+)(?:@(\d+))?/.exec(text) ?? [];
    if (host === undefined || !isRoot) return [];
    return [need({ host, port: Number(port ?? DEFAULT_PORTS.dns) }, path, line)];
  });
}

/** `server=192.0.2.1#5353`; one for a domain only (`/domain/…`) is for few of the names (dnsmasq(8)). */
function ofDnsmasq(file: ConfigText): readonly Need[] {
  return linesOf(file).flatMap(({ text, line, path }) => {
    const [, host, port] = /^\s*server=([0-9a-fA-F:.]+)(?:#(\d+))?/.exec(text) ?? [];
    if (host === undefined) return [];
    return [need({ host, port: Number(port ?? DEFAULT_PORTS.dns) }, path, line)];
  });
}

/** `forwarders { 192.0.2.1; 192.0.2.2 port 5353; };` of the options (BIND's reference manual). */
function ofBind(file: ConfigText): readonly Need[] {
  const bare = file.text.replace(/\/\*[\s\S]*?\*\/|(?:\/\/|#).*$/gm, (all) =>
    all.replace(/[^\n]/g, ""),
  );
  return [...bare.matchAll(/\bforwarders\s*(?:port\s+\d+\s*)?\{([^}]*)\}/g)].flatMap((match) => {
    const line = bare.slice(0, match.index).split("\n").length;
    return (match[1] ?? "").split(";").flatMap((entry) => {
      const [address = "", , port] = entry.trim().split(/\s+/);
      const at = parseHostPort(address, Number(port ?? DEFAULT_PORTS.dns));
      return at === null || !/^[0-9a-f:.]+$/i.test(at.host) ? [] : [need(at, file.path, line)];
    });
  });
}

interface ConfigLine {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly path: string;
}

function linesOf(file: ConfigText | null): readonly ConfigLine[] {
  if (file === null) return [];
  return file.text.split("\n").map((text, index) => ({ text, line: index + 1, path: file.path }));
}

function need(
  at: { readonly host: string; readonly port: number },
  file: string,
  line: number,
): Need {
  return {
    program: "system",
    kind: "resolver",
    name: "",
    ...at,
    protocols: ["udp", "tcp"],
    file,
    line,
  };
}
