import { own } from "../../engine/base/own.ts";
import { parseAddressRange } from "./addresses.ts";
import { type Draft, listOf, tell, tellUnknown } from "./draft.ts";
import { readDuration } from "./duration.ts";
import type { NetworkDevice } from "./model.ts";
import { flowsTo } from "./monitorFlows.ts";
import type { MonitorText } from "./monitorSchema.ts";
import type {
  EmailNotify,
  Encryption,
  Login,
  Monitor,
  MonitorFlow,
  Notify,
  ProbeMonitor,
  Service,
  Target,
} from "./monitors.ts";
import { parseService } from "./services.ts";
import type { YamlPath } from "./yaml.ts";

type Devices = ReadonlyMap<string, NetworkDevice>;
type Text<Kind extends MonitorText["kind"]> = Extract<MonitorText, { readonly kind: Kind }>;
type ProbeText = Text<ProbeMonitor["kind"]>;

/** A monitor while it is read. */
interface Reading {
  readonly draft: Draft;
  readonly devices: Devices;
  readonly names: ReadonlySet<string>;
  readonly id: string;
}

/** The monitors of a network file. One that cannot be read is told, and left out. */
export function buildMonitors(
  draft: Draft,
  devices: Devices,
  names: ReadonlySet<string>,
): readonly Monitor[] {
  return Object.entries(draft.text.monitors).flatMap(([id, text]) => {
    const before = draft.diagnostics.length;
    const monitor = buildMonitor({ draft, devices, names, id }, text);
    return draft.diagnostics.length === before ? [monitor] : [];
  });
}

function buildMonitor(reading: Reading, text: MonitorText): Monitor {
  switch (text.kind) {
    case "smtp":
    case "dns":
    case "database":
      return buildBare(reading, text);
    case "submission":
    case "imap":
      return buildServer(reading, text);
    case "round-trip":
      return buildRoundTrip(reading, text);
    case "postfix":
      return {
        kind: "postfix",
        ...base(reading, text.flows, null),
        on: deviceName(reading, text.on, "on"),
        logs: listOf(text.log),
        configuration: text.configuration,
        dovecotConfiguration: text["dovecot-configuration"] ?? null,
        everyMs: milliseconds(reading, text.every, "every"),
      };
    case "counters":
      return {
        kind: "counters",
        ...base(reading, text.flows, null),
        on: deviceName(reading, text.on, "on"),
        everyMs: milliseconds(reading, text.every, "every"),
      };
    case "complaints":
      return {
        kind: "complaints",
        ...base(reading, text.flows, null),
        secretFile: text["secret-file"],
        expectedPerHour: text["expected-per-hour"],
      };
  }
}

const PORTS = { smtp: 25, dns: 53, database: 5432 } as const;

function buildBare(reading: Reading, text: Text<"smtp" | "dns" | "database">): Monitor {
  const to = readTarget(reading, text.to, "to", PORTS[text.kind]);
  /* A resolver that is asked over udp is asked over tcp where the device cannot send udp. */
  const protocols =
    text.kind === "dns" && text.transport === "udp"
      ? (["udp", "tcp"] as const)
      : (["tcp"] as const);
  const common = {
    ...probe(reading, text, flowsTo(reading.devices.get(text.from), to, protocols)),
    to,
  };
  switch (text.kind) {
    case "smtp":
      return { kind: text.kind, ...common, sender: text.sender, recipient: text.recipient };
    case "dns":
      return {
        kind: text.kind,
        ...common,
        name: text.name,
        type: text.type,
        transport: text.transport,
      };
    case "database": {
      const passwordFile = text["password-file"];
      const login = passwordFile === undefined ? null : { user: text.user, passwordFile };
      return { kind: text.kind, ...common, database: text.database, user: text.user, login };
    }
  }
}

function buildServer(reading: Reading, text: Text<"submission" | "imap">): Monitor {
  const server = readServer(reading, text, text.to, "to", text.encryption, text.kind);
  const flows = flowsTo(reading.devices.get(text.from), server.target, ["tcp"]);
  return { kind: text.kind, ...probe(reading, text, flows), server, login: readLogin(text) };
}

function buildRoundTrip(reading: Reading, text: Text<"round-trip">): Monitor {
  const kind = text["submit-login"] ? "submission" : "smtp";
  const submit = readServer(reading, text, text.submit, "submit", text["submit-encryption"], kind);
  const imap = readServer(reading, text, text.imap, "imap", text["imap-encryption"], "imap");
  const readFrom = text["read-from"] ?? text.from;
  const flows = [
    ...flowsTo(reading.devices.get(text.from), submit.target, ["tcp"]),
    ...flowsTo(reading.devices.get(readFrom), imap.target, ["tcp"]),
  ];
  const login = readLogin(text);
  return {
    kind: text.kind,
    ...probe(reading, text, flows),
    submit,
    submitLogin: text["submit-login"] ? login : null,
    sender: text.sender ?? text.user,
    recipient: text.recipient ?? text.user,
    imap,
    readFrom: deviceName(reading, readFrom, "read-from"),
    login,
  };
}

/** Ports by protocol and by whether TLS is spoken from the first byte (RFC 8314). */
const SERVER_PORTS = {
  smtp: { plain: 25, tls: 465 },
  submission: { plain: 587, tls: 465 },
  imap: { plain: 143, tls: 993 },
} as const;

function readServer(
  reading: Reading,
  text: Text<"submission" | "imap" | "round-trip">,
  words: string,
  key: string,
  encryption: Encryption,
  kind: keyof typeof SERVER_PORTS,
): Service {
  const port = SERVER_PORTS[kind][encryption === "tls" ? "tls" : "plain"];
  return {
    target: readTarget(reading, words, key, port),
    encryption,
    serverName: text["server-name"] ?? null,
    trustFile: text["trust-file"] ?? null,
  };
}

function readLogin(text: { readonly user: string; readonly "password-file": string }): Login {
  return { user: text.user, passwordFile: text["password-file"] };
}

type ProbeKeys = Pick<
  ProbeMonitor,
  "id" | "flows" | "span" | "from" | "everyMs" | "timeoutMs" | "slowMs"
>;

function probe(reading: Reading, text: ProbeText, derived: readonly MonitorFlow[]): ProbeKeys {
  const timeoutMs = milliseconds(reading, text.timeout, "timeout");
  return {
    ...base(reading, text.flows, derived),
    from: deviceName(reading, text.from, "from"),
    everyMs: milliseconds(reading, text.every, "every"),
    timeoutMs,
    slowMs: text.slow === undefined ? timeoutMs / 2 : milliseconds(reading, text.slow, "slow"),
  };
}

type BaseKeys = Pick<Monitor, "id" | "flows" | "span">;

/** `derived` null: a monitor whose flows are found when it reads, not before. */
function base(
  reading: Reading,
  flows: readonly MonitorFlow[] | undefined,
  derived: readonly MonitorFlow[] | null,
): BaseKeys {
  const { draft, id } = reading;
  const path = ["monitors", id] as const;
  const span = draft.yaml.spanOf(path, true);
  if (flows === undefined) {
    if (derived?.length === 0) {
      const help = "give the device `addresses` and write the target as an address, or say `flows`";
      tell(draft, "PM5013", `nothing tells which connections \`${id}\` speaks of`, path, help);
    }
    return { id, flows: derived ?? [], span };
  }
  for (const [index, flow] of flows.entries()) checkFlow(reading, flow, [...path, "flows", index]);
  const named = flows.flatMap((flow) => {
    const words = listOf(own(draft.text.services, flow.service) ?? flow.service);
    return words.map((service) => ({ ...flow, service }));
  });
  return { id, flows: named, span };
}

function checkFlow({ draft, names }: Reading, flow: MonitorFlow, path: YamlPath): void {
  for (const key of ["from", "to"] as const)
    if (!names.has(flow[key]) && parseAddressRange(flow[key]) === null)
      tellUnknown(draft, flow[key], [...path, key], [...names], "role, zone, device or address");
  if (parseService(flow.service) !== null || own(draft.text.services, flow.service) !== undefined)
    return;
  const help = "write `tcp/25`, `udp/1000-2000`, `ping`, or a name of /etc/services";
  tell(draft, "PM5005", `\`${flow.service}\` is no service`, [...path, "service"], help);
}

function deviceName({ draft, devices, id }: Reading, name: string, key: string): string {
  if (!devices.has(name))
    tellUnknown(draft, name, ["monitors", id, key], [...devices.keys()], "device");
  return name;
}

function milliseconds({ draft, id }: Reading, text: string, key: string): number {
  return readDuration(draft, text, ["monitors", id, key]);
}

const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/;
const HIGHEST_PORT = 65_535;

function readTarget({ draft, id }: Reading, text: string, key: string, port: number): Target {
  return readPlace(draft, text, ["monitors", id, key], port);
}

function readPlace(draft: Draft, text: string, path: YamlPath, port: number): Target {
  const found = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const host = isAddress(text) ? text : (found?.[1] ?? found?.[2] ?? "");
  const given = isAddress(text) ? undefined : found?.[3];
  const isHost = isAddress(host) || (HOST_NAME.test(host) && /[A-Za-z]/.test(host));
  const number = given === undefined ? port : Number(given);
  if (!isHost || number < 1 || number > HIGHEST_PORT) {
    const help = "write `10.10.2.5`, `10.10.2.5:587`, `[2001:db8::5]:25` or `mx.example`";
    tell(draft, "PM5012", `\`${text}\` is no target`, path, help);
  }
  return { host, port: number };
}

function isAddress(text: string): boolean {
  return !/[/-]/.test(text) && parseAddressRange(text) !== null;
}

/** Where alerts go. */
export function buildNotify(draft: Draft): Notify {
  const { alertmanager, webhook, email } = draft.text.notify;
  if (alertmanager !== undefined) checkUrl(draft, alertmanager, ["notify", "alertmanager"]);
  if (webhook !== undefined) checkUrl(draft, webhook.url, ["notify", "webhook", "url"]);
  return {
    alertmanager: alertmanager ?? null,
    webhook:
      webhook === undefined ? null : { url: webhook.url, secretFile: webhook["secret-file"] },
    email: email === undefined ? null : buildEmail(draft, email),
  };
}

function buildEmail(
  draft: Draft,
  text: NonNullable<Draft["text"]["notify"]["email"]>,
): EmailNotify {
  const { encryption, user, "password-file": passwordFile } = text;
  if ((user === undefined) !== (passwordFile === undefined)) {
    const help = "write both, or none of them";
    tell(draft, "PM5002", "`user` and `password-file` belong together", ["notify", "email"], help);
  }
  const isLogin = user !== undefined && passwordFile !== undefined;
  return {
    target: readPlace(
      draft,
      text.submit,
      ["notify", "email", "submit"],
      SERVER_PORTS.submission[encryption === "tls" ? "tls" : "plain"],
    ),
    encryption,
    login: isLogin ? { user, passwordFile } : null,
    trustFile: text["trust-file"] ?? null,
    sender: text.sender,
  };
}

function checkUrl(draft: Draft, text: string, path: YamlPath): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  if (isWeb && url.username === "" && url.password === "") return;
  const help = "write `http://host:port` or `https://host`, and secrets in a file";
  tell(draft, "PM5014", `\`${text}\` is no address of a service`, path, help);
}
