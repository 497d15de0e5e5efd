import { isIPv6 } from "node:net";
import type { Diagnostic } from "../../engine/base/diagnostic.ts";
import { own } from "../../engine/base/own.ts";
import type { Span } from "../../engine/base/span.ts";
import type { Addresses, Service } from "../../engine/intents/model.ts";
import { internetAddresses, joinAddresses, parseAddressRange } from "./addresses.ts";
import { checkChannels } from "./channelCheck.ts";
import { type Draft, listOf, problem, tell, tellUnknown } from "./draft.ts";
import type {
  NamedService,
  Network,
  NetworkDevice,
  NetworkIntent,
  Reach,
  Role,
  Zone,
} from "./model.ts";
import { buildMonitors, buildNotify } from "./monitorFile.ts";
import { buildEscalation, buildOnCall } from "./onCallFile.ts";
import { buildPeople, buildTeams } from "./peopleFile.ts";
import { type NetworkText, networkSchema } from "./schema.ts";
import { schemaProblems } from "./schemaProblems.ts";
import { parseService } from "./services.ts";
import { buildSolo } from "./soloFile.ts";
import { buildStatusPage } from "./statusPageFile.ts";
import { buildTraining } from "./trainingFile.ts";
import { readYaml, type YamlPath } from "./yaml.ts";

/** A network, and what is wrong with its file. Null: too much to say anything. */
export interface NetworkResult {
  readonly network: Network | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads `premortem.yaml`. Each mistake is told at its line; what it does not touch stays usable. */
export function parseNetwork(file: string, text: string): NetworkResult {
  const yaml = readYaml(file, text);
  if (yaml.problems.length > 0)
    return {
      network: null,
      diagnostics: yaml.problems.map(({ message, span }) =>
        problem("PM5001", message, span, "mend the line; the rest of the file is not read"),
      ),
    };
  const shape = networkSchema.safeParse(yaml.value ?? {});
  if (!shape.success) return { network: null, diagnostics: schemaProblems(shape.error, yaml) };
  const draft: Draft = { yaml, text: shape.data, diagnostics: [] };
  const network = build(draft);
  checkChannels(draft, network);
  return { network, diagnostics: draft.diagnostics };
}

function build(draft: Draft): Network {
  const { text } = draft;
  const devices = mapEntries(text.devices, (name, one) => buildDevice(draft, name, one));
  const zones = mapEntries(text.zones, (name, one) => buildZone(draft, name, one));
  const roles = mapEntries(text.roles, (name, one) => buildRole(draft, name, one));
  tellTwice(draft, [
    ["devices", devices],
    ["zones", zones],
    ["roles", roles],
  ]);
  const names = new Set([...devices.keys(), ...zones.keys(), ...roles.keys()]);
  const intents = Object.entries(text.intents).map(([id, one]) =>
    buildIntent(draft, names, id, one),
  );
  const people = buildPeople(draft);
  const teams = buildTeams(draft);
  const monitors = buildMonitors(draft, devices, names);
  return {
    devices,
    zones,
    roles,
    services: mapEntries(text.services, (_name, words) =>
      /* What is none is told where an intent asks for it. */
      listOf(words).flatMap((word) => parseService(word) ?? []),
    ),
    intents,
    people,
    teams,
    solo: buildSolo(draft),
    monitors,
    notify: buildNotify(draft),
    onCall: buildOnCall(draft),
    escalation: buildEscalation(draft),
    playbooks: text.playbooks === undefined ? null : listOf(text.playbooks),
    statusPage: buildStatusPage(draft, intents, monitors),
    training: buildTraining(draft),
  };
}

function mapEntries<In, Out>(
  record: Readonly<Record<string, In>>,
  make: (name: string, one: In) => Out,
): ReadonlyMap<string, Out> {
  return new Map(Object.entries(record).map(([name, one]) => [name, make(name, one)]));
}

type DeviceText = NetworkText["devices"][string];

function buildDevice(draft: Draft, name: string, one: DeviceText): NetworkDevice {
  const path = ["devices", name] as const;
  const reach = parseReach(one.reach);
  if (reach === null)
    tell(
      draft,
      "PM5009",
      `\`${one.reach}\` is no way to reach a device`,
      [...path, "reach"],
      "write `local`, `ssh://user@host`, `ssh://host:port`, `ssh://[2001:db8::1]:port`, `namespace:name` or `simulated:name`",
    );
  return {
    name,
    reach: reach ?? { kind: "local" },
    sources: listOf(one.sources),
    owners: new Map(Object.entries(one["managed-by"] ?? {})),
    addresses: readAddresses(draft, one.addresses, [...path, "addresses"]),
    loginLog: one["login-log"],
    records: one.records,
    span: draft.yaml.spanOf(path, true),
  };
}

const USER = /^[A-Za-z0-9._][A-Za-z0-9._-]*$/;
const HOST = /^[A-Za-z0-9._][A-Za-z0-9._-]*$/;
const HIGHEST_PORT = 65_535;

function parseReach(text: string): Reach | null {
  if (text === "local") return { kind: "local" };
  const namespace = /^namespace:([\w.-]+)$/.exec(text);
  if (namespace?.[1] !== undefined) return { kind: "namespace", name: namespace[1] };
  const simulated = /^simulated:([\w.-]+)$/.exec(text);
  if (simulated?.[1] !== undefined) return { kind: "simulated", name: simulated[1] };
  const ssh = /^ssh:\/\/(?:([^@/]+)@)?([^@/]+)\/?$/.exec(text);
  const [, user, place = ""] = ssh ?? [];
  const at = parsePlace(place);
  if (at === null || (user !== undefined && !USER.test(user))) return null;
  return {
    kind: "ssh",
    target: user === undefined ? at.host : `${user}@${at.host}`,
    port: at.port,
  };
}

/** An address of IPv6 stands in brackets where a port follows; ssh itself takes it without. */
function parsePlace(text: string): { readonly host: string; readonly port: number | null } | null {
  if (isIPv6(text)) return { host: text, port: null };
  const [, six, other = "", digits] =
    /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const port = digits === undefined ? null : Number(digits);
  if (port !== null && (port < 1 || port > HIGHEST_PORT)) return null;
  if (six === undefined) return HOST.test(other) ? { host: other, port } : null;
  return isIPv6(six) ? { host: six, port } : null;
}

function buildZone(draft: Draft, name: string, one: NetworkText["zones"][string]): Zone {
  const path = ["zones", name] as const;
  if (own(draft.text.devices, one.device) === undefined)
    tellUnknown(draft, one.device, [...path, "device"], Object.keys(draft.text.devices), "device");
  for (const [index, word] of listOf(one.interfaces).entries())
    if (!isInterface(word))
      tell(
        draft,
        "PM5015",
        `\`${word}\` is no name of an interface`,
        [...path, "interfaces", ...(typeof one.interfaces === "string" ? [] : [index])],
        "write it as `ip link` does: at most 15 bytes, a `*` at the end for any ending",
      );
  return {
    name,
    device: one.device,
    interfaces: listOf(one.interfaces),
    addresses: readAddresses(draft, one.addresses, [...path, "addresses"]),
    span: draft.yaml.spanOf(path, true),
  };
}

/** Bytes of a name without the one that ends it: IFNAMSIZ in linux/if.h. */
const MAXIMUM_INTERFACE_BYTES = 15;

function isInterface(word: string): boolean {
  const name = word.replace(/\*$/, "");
  const bytes = new TextEncoder().encode(name).length;
  return word !== "" && bytes <= MAXIMUM_INTERFACE_BYTES && !/[\s/]/.test(name);
}

function buildRole(draft: Draft, name: string, hosts: string | readonly string[]): Role {
  const path = ["roles", name] as const;
  const span = draft.yaml.spanOf(path, true);
  return { name, addresses: readAddresses(draft, hosts, path), span };
}

function readAddresses(
  draft: Draft,
  words: string | readonly string[] | undefined,
  path: YamlPath,
): Addresses {
  let all: Addresses = new Map();
  for (const [index, word] of listOf(words).entries()) {
    if (word === "internet") {
      all = joinAddresses(all, internetAddresses());
      continue;
    }
    const found = parseAddressRange(word);
    if (found !== null) all = joinAddresses(all, new Map([[found.family, [found.range]]]));
    else
      tell(
        draft,
        "PM5003",
        `\`${word}\` is no address, network or range`,
        typeof words === "string" ? path : [...path, index],
        "write `10.10.2.11`, `10.10.2.0/24`, `10.0.0.1-10.0.0.9`, the same of IPv6, or `internet`",
      );
  }
  return all;
}

function tellTwice(
  draft: Draft,
  kinds: readonly (readonly [string, ReadonlyMap<string, { readonly span: Span }>])[],
): void {
  const seen = new Map<string, Span>();
  for (const [, entries] of kinds)
    for (const [name, { span }] of entries) {
      const first = seen.get(name);
      if (first === undefined) seen.set(name, span);
      else
        draft.diagnostics.push({
          ...problem("PM5007", `\`${name}\` is two things`, span, "give one of them another name"),
          related: [{ message: "the other one", span: first }],
        });
    }
}

function buildIntent(
  draft: Draft,
  names: ReadonlySet<string>,
  id: string,
  one: NetworkText["intents"][string],
): NetworkIntent {
  const path = ["intents", id] as const;
  for (const key of ["from", "to"] as const)
    if (!names.has(one[key]))
      tellUnknown(draft, one[key], [...path, key], [...names], "role, zone or device");
  return {
    id,
    kind: one.expect,
    from: one.from,
    to: one.to,
    services: readServices(draft, one.service, [...path, "service"]),
    reason: one.reason ?? null,
    owner: one.owner ?? null,
    isCritical: one.critical,
    span: draft.yaml.spanOf(path, true),
  };
}

function readServices(
  draft: Draft,
  words: string | readonly string[],
  path: YamlPath,
): readonly NamedService[] {
  return listOf(words).flatMap((name, index): readonly NamedService[] => {
    const place = typeof words === "string" ? path : [...path, index];
    const named = own(draft.text.services, name);
    const parts =
      named === undefined
        ? readService(draft, name, place)
        : listOf(named).flatMap((word, at) =>
            readService(draft, word, [
              "services",
              name,
              ...(typeof named === "string" ? [] : [at]),
            ]),
          );
    return parts.length === 0 ? [] : [{ name, parts }];
  });
}

function readService(draft: Draft, word: string, path: YamlPath): readonly Service[] {
  const parts = parseService(word);
  if (parts !== null) return parts;
  const help = "write `tcp/25`, `udp/1000-2000`, `ping`, or a name of /etc/services";
  tell(draft, "PM5005", `\`${word}\` is no service`, path, help);
  return [];
}
