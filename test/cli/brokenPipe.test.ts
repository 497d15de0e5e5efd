import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { temporaryFiles } from "./premortem.ts";

const file = temporaryFiles({ token: "pm_test\n" });

/** How a rollback ends whose reader is gone, where the server tells of it for ever. */
async function ended(): Promise<string> {
  const loaded = { kind: "loaded", why: null };
  const states: { readonly state: typeof loaded }[] = [];
  const server = createServer((_call, answer) => {
    states.push({ state: loaded });
    answer.setHeader("content-type", "application/json");
    answer.end(JSON.stringify({ id: 1, states, isOver: false, state: loaded, unheard: null }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const script =
    '{ bin/premortem rollback 1 --server "$1" --token-file "$2" 2>&1; echo "$?" >&3; } 3>&2 | true';
  const url = `http://127.0.0.1:${address.port}`;
  const shell = spawn("sh", ["-c", script, "sh", url, file("token")]);
  const said = await text(shell.stderr);
  server.close();
  server.closeAllConnections();
  return said.trim();
}

test("what nobody reads to its end, and is not over, is no success", async () => {
  expect(await ended()).toBe("141");
});
