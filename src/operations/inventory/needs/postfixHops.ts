import {
  DEFAULT_PORTS,
  type Found,
  type HostPort,
  type Need,
  type NeedKind,
  parseHostPort,
  toPort,
} from "./model.ts";
import type { Parameter } from "./postfixFiles.ts";

/** How a parameter writes where mail goes next. */
interface Hop {
  readonly kind: NeedKind;
  /** With a transport before it; a host of SMTP, which may be a domain; a host as it is. */
  readonly form: "transport" | "domain" | "host";
}

const HOPS: Readonly<Record<string, Hop>> = {
  relayhost: { kind: "relay", form: "domain" },
  smtp_fallback_relay: { kind: "relay", form: "domain" },
  default_transport: { kind: "relay", form: "transport" },
  relay_transport: { kind: "relay", form: "transport" },
  content_filter: { kind: "filter", form: "transport" },
  smtpd_proxy_filter: { kind: "filter", form: "host" },
  virtual_transport: { kind: "delivery", form: "transport" },
  mailbox_transport: { kind: "delivery", form: "transport" },
  local_transport: { kind: "delivery", form: "transport" },
};

/** Who asks whom: milters, policy services, logins, and where mail goes next. */
export function servicesOf(parameter: Parameter, transports: ReadonlyMap<string, string>): Found {
  const { name, value } = parameter;
  const hop = HOPS[name];
  if (hop !== undefined) {
    const words = value.split(/[\s,]+/).filter((word) => word !== "");
    const hosts = words.flatMap((word) => hostsOf(word, hop, transports));
    return { needs: hosts.map((at) => needOf(parameter, hop.kind, "", at)), unknown: [] };
  }
  const kind = kindOf(parameter);
  if (kind === null) return { needs: [], unknown: [] };
  const found = [...value.replace(DIRECT, "").matchAll(INET)].map(
    ([whole, host = "", port = ""]) => {
      const number = toPort(port);
      const at = number === null ? null : parseHostPort(host, number);
      return { called: whole.trim(), at };
    },
  );
  return {
    needs: found.flatMap(({ called, at }) =>
      at === null ? [] : [needOf(parameter, kind, calledInLog(kind, called), at)],
    ),
    unknown: found.flatMap(({ called, at }) =>
      at === null
        ? [{ program: "postfix", kind, name: calledInLog(kind, called), file: parameter.file }]
        : [],
    ),
  };
}

/** `inet:host:port`; a port may have a name. */
const INET = /\binet6?:(\[[^\]\s]+\]|[\w.-]+):([\w-]+)/g;

/** A milter is called as main.cf writes it; of a policy service the log has host and port alone. */
function calledInLog(kind: NeedKind, written: string): string {
  return kind === "milter" ? written : written.replace(/^inet6?:/, "");
}

/** Null: a name for others to use, which says what it is for where they do. */
function kindOf({ name, value }: Parameter): NeedKind | null {
  if (name.includes("sasl")) return "login";
  if (name.includes("milter")) return "milter";
  if (/transport/.test(name)) return "delivery";
  return value.includes("check_policy_service") ? "policy" : null;
}

function hostsOf(
  word: string,
  { form }: Hop,
  transports: ReadonlyMap<string, string>,
): readonly HostPort[] {
  if (form === "transport") return hopOf(word, transports);
  if (form === "domain") return nextHop(word, DEFAULT_PORTS.smtp);
  const at = parseHostPort(word.replace(/^inet:/, ""), DEFAULT_PORTS.smtp);
  return at === null ? [] : [at];
}

/** Tables whose server stands in their name (tcp_table(5), socketmap_table(5)). */
const DIRECT = /\b(?:tcp|socketmap:inet):(\[[^\]\s]+\]|[\w.-]+):(\d{1,5})(?::[\w.-]+)?/g;

export function directTables(parameter: Parameter): readonly Need[] {
  return [...parameter.value.matchAll(DIRECT)].flatMap(([name, host = "", port = ""]) => {
    const number = toPort(port);
    const at = number === null ? null : parseHostPort(host, number);
    return at === null ? [] : [needOf(parameter, "database", name, at)];
  });
}

/** `smtp:[10.0.0.1]:10025`, `lmtp:inet:host`; through a pipe or a socket it goes to no other machine. */
export function hopOf(value: string, transports: ReadonlyMap<string, string>): readonly HostPort[] {
  const [, transport = "", rest = ""] = /^([\w.-]*):(.+)$/.exec(value) ?? [];
  const program = transports.get(transport) ?? transport;
  if (/lmtp/.test(program)) {
    if (rest.startsWith("unix:")) return [];
    const at = parseHostPort(rest.replace(/^inet:/, ""), DEFAULT_PORTS.lmtp);
    return at === null ? [] : [at];
  }
  const isKnown = transports.has(transport);
  const isSmtp = program === "" || /smtp|^relay$/.test(program) || !isKnown;
  if (!isSmtp) return [];
  return nextHop(rest, program === "smtps" ? SUBMISSIONS : DEFAULT_PORTS.smtp);
}

const SUBMISSIONS = 465;

/** `[mx.example]:587`, `10.0.0.1:25`; a bare domain is looked up in DNS, and has no one host. */
export function nextHop(value: string, port: number): readonly HostPort[] {
  const bare = value.replace(/^inet:/, "");
  const isHost = bare !== value || /^\[[^\]]+\]/.test(bare) || /^\d+(?:\.\d+){3}(?::|$)/.test(bare);
  const at = isHost ? parseHostPort(bare, port) : null;
  return at === null ? [] : [at];
}

function needOf({ file, line }: Parameter, kind: NeedKind, name: string, at: HostPort): Need {
  return { program: "postfix", kind, name, ...at, protocols: ["tcp"], file, line };
}
