import { EXIT, type ExitCode } from "../exit.ts";
import { tellUsage } from "../problems.ts";
import type { Streams } from "../streams.ts";
import { type Api, type CallFault, connect, isFault, type ServerOptions } from "./client.ts";

/** Options that each command has that asks the server. */
export interface Asking extends ServerOptions {
  readonly json?: boolean;
}

/** Runs a command over the API; a fault is told, and ends with the exit code of what cannot be done. */
export async function withServer(
  options: ServerOptions,
  streams: Streams,
  work: (api: Api) => Promise<ExitCode | CallFault>,
): Promise<ExitCode> {
  const api = connect(options);
  const end = isFault(api) ? api : await work(api);
  if (!isFault(end)) return end;
  tellUsage(streams.error, end.message, end.help);
  /* What the rules of change control refuse is an answer, not a mistake in the call. */
  return end.code === "refused" ? EXIT.findings : EXIT.usage;
}

/** Of the JSON that commands print which ask the server. */
const FORMAT_VERSION = 1;

/** An answer of the server as JSON has it. */
export function versioned(answer: object): object {
  return { formatVersion: FORMAT_VERSION, ...answer };
}

/** Prints the answer as the server gave it, or as people read it. */
export function print<Answer extends object>(
  { json }: Asking,
  { out }: Streams,
  answer: Answer,
  text: (answer: Answer) => string,
): void {
  out.write(json === true ? `${JSON.stringify(versioned(answer), null, 2)}\n` : text(answer));
}
