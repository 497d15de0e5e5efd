import { randomUUID } from "node:crypto";
import { isIP } from "node:net";
import { z } from "zod";
import { quoted } from "../../platform/transport/quoted.ts";
import type { Transport, TransportFault } from "../../platform/transport/transport.ts";
import type { NetworkDevice } from "../inventory/model.ts";
import { addressesOf } from "../inventory/monitorFlows.ts";
import type { PostfixMonitor } from "../inventory/monitors.ts";
import type { Need, UnknownNeed } from "../inventory/needs/model.ts";
import { readNeeds } from "../inventory/needs.ts";
import { type LogHost, ROOT_SERVERS } from "./log/tie.ts";

/** A mail host by its own configuration, and what of it could not be seen. */
export interface HostFacts {
  readonly kind: "facts";
  readonly host: LogHost;
  /** In sentences. */
  readonly notSeen: readonly string[];
}

/** Files lead to files: main.cf to a table, dovecot.conf to a folder and to what stands in there. */
const MAXIMUM_ROUNDS = 8;
/** Files of one host that are read, and names of it that are looked up. */
const MAXIMUM_FILES = 500;
const MAXIMUM_NAMES = 50;
/** Seconds for a name: a resolver that is cut off must not hold up the rest. */
const NAME_TIMEOUT_S = 3;
const READ_TIMEOUT_MS = 20_000;

/** Reads which connections a mail host needs, where they lead, and from which of its addresses. */
export async function readHostFacts(
  transport: Transport,
  device: NetworkDevice,
  { configuration, dovecotConfiguration }: PostfixMonitor,
): Promise<HostFacts | TransportFault> {
  const roots = { postfix: configuration, dovecot: dovecotConfiguration };
  const files = new Map<string, string>();
  const tried = new Set<string>();
  let found = readNeeds(roots, files);
  for (let round = 0; round < MAXIMUM_ROUNDS; round++) {
    const named = [...found.missing, ...found.optional];
    const wanted = named.filter((path) => !tried.has(path));
    if (wanted.length === 0 || tried.size + wanted.length > MAXIMUM_FILES) break;
    const read = await readFiles(transport, wanted);
    if ("kind" in read) return read;
    for (const path of wanted) tried.add(path);
    for (const [path, text] of read) files.set(path, text);
    found = readNeeds(roots, files);
  }
  const ways = await readWays(transport, found.needs);
  if ("kind" in ways) return ways;
  const unread = found.missing.filter((path) => !files.has(path));
  return {
    kind: "facts",
    host: {
      device: device.name,
      addresses: [...addressesOf(device, "ip"), ...addressesOf(device, "ip6")],
      needs: found.needs,
      unknown: found.unknown,
      ...ways,
    },
    notSeen: [
      ...unread.map((path) => `${path} cannot be read: lines that it explains stay untied`),
      ...notUnderstood(found.unknown.filter(({ file }) => !unread.includes(file))),
    ],
  };
}

function notUnderstood(unknown: readonly UnknownNeed[]): readonly string[] {
  const said = unknown.map(
    ({ file, kind }) =>
      `${file} does not say where its ${kind} is in words that are understood: lines about it stay untied`,
  );
  return [...new Set(said)];
}

/** A name that cannot be looked up now, since its resolver is cut off, leads where it led. */
export function withKnownNames(facts: HostFacts, before: HostFacts | null): HostFacts {
  if (before === null) return facts;
  const needed = new Set(facts.host.needs.map(({ host }) => host));
  const known = [...before.host.resolved].filter(([name]) => needed.has(name));
  const resolved = new Map([...known, ...facts.host.resolved]);
  return { ...facts, host: { ...facts.host, resolved } };
}

/** Each file that is there; a pattern comes back as itself, empty, beside the files that it names. */
async function readFiles(
  transport: Transport,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string> | TransportFault> {
  const mark = randomUUID();
  /* Unquoted on purpose only where it is a pattern: `printf` is handed what the shell makes of it. */
  const words = paths.map((path) => (isPattern(path) ? globbed(path) : quoted(path)));
  const script = `for file in ${words.join(" ")}; ${printFile(mark)}`;
  const ran = await transport.run(["sh", "-c", script], { timeoutMs: READ_TIMEOUT_MS });
  if (ran.kind === "fault") return ran;
  const [, ...pieces] = ran.out.split(`\n${mark} `);
  const read = pieces.map((piece): readonly [string, string] => {
    const end = piece.indexOf("\n");
    return [piece.slice(0, end), piece.slice(end + 1)];
  });
  return new Map([...paths.filter(isPattern).map((path) => [path, ""] as const), ...read]);
}

/** The body of a loop over files: the mark and its name, then what it holds. */
export function printFile(mark: string): string {
  return `do
  [ -f "$file" ] && [ -r "$file" ] || continue
  printf '\\n%s %s\\n' ${mark} "$file"
  cat -- "$file"
done`;
}

function isPattern(path: string): boolean {
  return /[*?]/.test(path);
}

/** A pattern whose stars are the shell's, and whose other characters are not. */
function globbed(pattern: string): string {
  return pattern
    .split(/([*?])/)
    .map((part) => (part === "*" || part === "?" ? part : part === "" ? "" : quoted(part)))
    .join("");
}

type Ways = Pick<LogHost, "resolved" | "sourceOf">;

/** Where names of the configuration lead, and with which address the host goes there. */
async function readWays(
  transport: Transport,
  needs: readonly Need[],
): Promise<Ways | TransportFault> {
  const hosts = [...new Set(needs.map(({ host }) => host))].slice(0, MAXIMUM_NAMES);
  const names = hosts.filter((host) => isIP(host) === 0);
  const resolved = new Map<string, readonly string[]>();
  if (names.length > 0) {
    const ran = await transport.run(["sh", "-c", RESOLVE, "sh", ...names], {
      timeoutMs: names.length * NAME_TIMEOUT_S * MS_IN_SECOND + READ_TIMEOUT_MS,
    });
    if (ran.kind === "fault") return ran;
    for (const name of names) {
      const addresses = addressesIn(ran.out, name);
      if (addresses.length > 0) resolved.set(name, addresses);
    }
  }
  const named = [...hosts.filter((host) => isIP(host) !== 0), ...[...resolved.values()].flat()];
  const targets = [...named, ...ROOT_SERVERS];
  const sources = await readSources(transport, targets);
  return { resolved, sourceOf: (target) => sources.get(target) ?? null };
}

const MS_IN_SECOND = 1_000;
const RESOLVE = `for name; do
  timeout ${NAME_TIMEOUT_S} getent ahosts "$name" | while read -r address rest; do
    printf '%s %s\\n' "$name" "$address"
  done
done`;

function addressesIn(text: string, name: string): readonly string[] {
  const found = text.split("\n").flatMap((line) => {
    const [first, address = ""] = line.split(" ");
    return first === name && isIP(address) !== 0 ? [address] : [];
  });
  return [...new Set(found)];
}

export const READ_SOURCES = 'for target; do ip -j route get "$target"; echo; done';

const routes = z.array(z.object({ dst: z.string(), prefsrc: z.string().optional() }));

/** With which address a host goes to each target; those that it does not say are left out. */
export async function readSources(
  transport: Transport,
  targets: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const sources = new Map<string, string>();
  if (targets.length === 0) return sources;
  const ran = await transport.run(["sh", "-c", READ_SOURCES, "sh", ...targets]);
  if (ran.kind === "fault") return sources;
  for (const line of ran.out.split("\n")) {
    const [route] = parsedRoutes(line);
    if (route?.prefsrc !== undefined) sources.set(route.dst, route.prefsrc);
  }
  return sources;
}

function parsedRoutes(line: string): z.infer<typeof routes> {
  if (!line.startsWith("[")) return [];
  try {
    return routes.parse(JSON.parse(line));
  } catch {
    return [];
  }
}
