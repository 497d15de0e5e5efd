// Starts premortem on a simulated network, for somebody who has just come: no root, no set-up, nothing real. What it
// keeps lies in a folder of its own; `--fresh` begins anew, `--data FOLDER` and `--port NUMBER` say where.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

const FIRST_PORT = 7171;
/** Ports that are tried, one behind the other. */
const PORTS = 50;
const HOST = "127.0.0.1";

const { values } = parseArgs({
  options: {
    fresh: { type: "boolean", default: false },
    data: { type: "string", default: ".premortem-demo" },
    port: { type: "string", default: String(FIRST_PORT) },
  },
});
const { data } = values;
if (values.fresh) rmSync(data, { recursive: true, force: true });

const port = await freePort(Number(values.port));
const words = ["bin/premortem", "serve", "--simulated", "--data", data, "--port", String(port)];
const server = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
const errors = [];
for (const signal of ["SIGINT", "SIGTERM"])
  process.on(signal, () => {
    server.kill("SIGTERM");
  });

createInterface({ input: server.stderr }).on("line", (line) => {
  errors.push(line);
  if (errors.length > 20) errors.shift();
});
createInterface({ input: server.stdout }).on("line", (line) => {
  const [, url] = /^premortem serves at (\S+)/.exec(line) ?? [];
  if (url === undefined) return;
  console.log(`
  premortem is running on a simulated mail network: nothing of it is real.

      ${url}/

  Stop it with Ctrl-C; \`npm start\` goes on where it was, \`npm start -- --fresh\` begins anew.
  To put the fatal rule in by hand, from another terminal:

      bin/premortem simulate fw1 --server ${url} --token-file ${join(data, "tokens", "ana")} -- \\
        insert rule inet edge forward ip saddr @mail counter drop
`);
});
server.on("exit", (code, signal) => {
  if (code !== 0) console.error(errors.join("\n"));
  process.exitCode = code ?? (signal === null ? 0 : 1);
});

/** The first that nobody listens on. @param {number} first */
async function freePort(first) {
  for (let candidate = first; candidate < first + PORTS; candidate++)
    if (await isFree(candidate)) return candidate;
  throw new Error(
    `nothing is free from port ${first} to ${first + PORTS - 1}: name one with --port`,
  );
}

/** @param {number} candidate */
function isFree(candidate) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(candidate, HOST, () => probe.close(() => resolve(true)));
  });
}
