import { EXIT, type ExitCode } from "../exit.ts";
import { tellFiles, tellNetworkErrors, tellUsage } from "../problems.ts";
import type { Streams } from "../streams.ts";

/** Put in by the bundler: text of `premortem-device.sh`. */
declare const PREMORTEM_DEVICE_PART: string;

export interface ServeOptions {
  readonly data: string;
  readonly network: string;
  readonly host: string;
  readonly port: string;
  readonly newAdminToken?: boolean;
  readonly simulated?: boolean;
}

/** Serves until it is asked to end, or cannot go on. */
export async function serve(
  { data, network, host, port, newAdminToken, simulated }: ServeOptions,
  version: string,
  { out, error }: Streams,
): Promise<ExitCode> {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    tellUsage(error, `\`${port}\` is no port`, "take a number from 0 to 65535; 0 takes a free one");
    return EXIT.usage;
  }
  const { startServer } = await import("../../server/main.ts");
  const ending = asked();
  const server = await startServer({
    data,
    networkFile: network,
    host,
    port: Number(port),
    databaseUrl: process.env["DATABASE_URL"] ?? null,
    version,
    devicePart: PREMORTEM_DEVICE_PART,
    isTokenLost: newAdminToken === true,
    isSimulated: simulated === true,
  });
  if (server.kind === "badFile") {
    const { file, text, problem, diagnostics } = server;
    if (problem !== null) tellFiles(error, [problem]);
    else tellNetworkErrors(error, file, text, diagnostics);
    return EXIT.usage;
  }
  if (server.kind === "fault") {
    tellUsage(error, server.message, server.help);
    return EXIT.usage;
  }
  const { first, url } = server;
  const token = first.token === null ? "" : `A token that makes others is in ${first.token}\n`;
  const links =
    first.links === null ? "" : `Links with which people choose a password are in ${first.links}\n`;
  /* At once: whoever reads the first line alone closes the stream, which would end the server. */
  out.write(`premortem serves at ${url}\n${token}${links}`);
  const lost = await Promise.race([ending, server.lost]);
  if (lost !== null) {
    tellUsage(error, lost.message, lost.help);
    /* Nothing may go on beside the server that comes next. */
    process.exit(EXIT.findings);
  }
  await server.close();
  process.exit(EXIT.clean);
}

/** Asked by the system to end; null is no reason. */
function asked(): Promise<null> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(null));
  });
}
