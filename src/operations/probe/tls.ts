import { readFile } from "node:fs/promises";
import { type ConnectionOptions, checkServerIdentity } from "node:tls";
import type { Service } from "../inventory/monitors.ts";
import { CannotAsk } from "./attempt.ts";

/** What the certificate of a server is held against. The password is only sent where it fits. */
export async function tlsOptions({
  target,
  serverName,
  trustFile,
}: Service): Promise<ConnectionOptions> {
  const name = serverName ?? target.host;
  const trusted = trustFile === null ? {} : { ca: await readTrust(trustFile) };
  return {
    ...trusted,
    rejectUnauthorized: true,
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
  };
}

async function readTrust(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new CannotAsk(`\`trust-file\` cannot be read: ${said}`);
  }
}
