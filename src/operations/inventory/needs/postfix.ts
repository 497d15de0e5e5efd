import { openIncludes } from "./includes.ts";
import { type ConfigReader, type Found, joinFound } from "./model.ts";
import {
  expand,
  type Parameter,
  readOverrides,
  readParameters,
  readTransports,
} from "./postfixFiles.ts";
import { directTables, servicesOf } from "./postfixHops.ts";
import { readRoutes } from "./postfixRoutes.ts";
import { readTables } from "./postfixTables.ts";

/** What stands for a name that main.cf does not set, of those that paths are written with (postconf -d, 3.7). */
const DEFAULTS: readonly (readonly [string, string])[] = [
  ["meta_directory", "$config_directory"],
  ["sample_directory", "$config_directory"],
  ["queue_directory", "/var/spool/postfix"],
  ["data_directory", "/var/lib/postfix"],
  ["daemon_directory", "/usr/lib/postfix/sbin"],
  ["command_directory", "/usr/sbin"],
  ["mail_spool_directory", "/var/mail"],
  ["mail_owner", "postfix"],
  ["default_database_type", "hash"],
];

/** What Postfix's main.cf and master.cf, and the tables that they name, connect to (postconf(5)). */
export function readPostfix(folder: string, reader: ConfigReader): Found {
  const main = readParameters(reader.read(`${folder}/main.cf`));
  const master = reader.read(`${folder}/master.cf`);
  const transports = readTransports(master);
  const all = new Map([["config_directory", folder], ...DEFAULTS, ...main.map(valueByName)]);
  const expandIn = (one: Parameter) => ({ ...one, value: expand(one.value, all, 0) });
  const set = lastOf(main).map(expandIn);
  const expanded = [...set, ...readOverrides(master).map(expandIn)];
  const routes = openIncludes(reader, "optional");
  const found = joinFound([
    ...expanded.map((one) => servicesOf(one, transports)),
    { needs: expanded.flatMap(directTables), unknown: [] },
    readTables(expanded, { includes: openIncludes(reader), main: set }),
    /* Last: where only so many names can be looked up, these are the ones to leave out. */
    { needs: expanded.flatMap((one) => readRoutes(one, transports, routes)), unknown: [] },
  ]);
  const unique = new Map(
    found.needs.map((need) => [JSON.stringify([need.name, need.host, need.port, need.kind]), need]),
  );
  return { ...found, needs: [...unique.values()] };
}

function valueByName({ name, value }: Parameter): readonly [string, string] {
  return [name, value];
}

/** A parameter that is set twice is what it was set to last. */
function lastOf(parameters: readonly Parameter[]): readonly Parameter[] {
  return [...new Map(parameters.map((one) => [one.name, one])).values()];
}
