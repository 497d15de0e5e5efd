import { writeFileSync } from "node:fs";
import type { TestServer } from "../../server/testing/testServer.ts";
import type { ExitCode } from "../exit.ts";
import type { Asking } from "../server/withServer.ts";
import type { Streams } from "../streams.ts";

const STYLE = { colour: false, width: Number.POSITIVE_INFINITY };

/** What a command printed, and what it ended with. */
export interface Called {
  readonly code: ExitCode;
  readonly out: string;
  readonly error: string;
}

/** Calls commands in the name of somebody, as a program does: nobody looks, and nobody can be asked. */
export async function commandsOf(server: TestServer, login: string) {
  const tokenFile = `${server.networkFile}.${login}.token`;
  writeFileSync(tokenFile, await server.token(login));
  const asking: Asking = { server: server.url, tokenFile };
  return async (
    command: (asking: Asking, streams: Streams) => Promise<ExitCode>,
  ): Promise<Called> => {
    const told = { out: "", error: "" };
    const stream = (name: "out" | "error") => ({
      write: (text: string) => {
        told[name] += text;
      },
      style: STYLE,
      isTerminal: false,
    });
    const code = await command(asking, { out: stream("out"), error: stream("error") });
    return { code, ...told };
  };
}
