// Shows the page that compares two pasted rulesets, to this machine alone: `npm run playground`, `-- --port NUMBER`.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { parseArgs } from "node:util";

const FOLDER = new URL("../dist/playground/", import.meta.url);
const HOST = "127.0.0.1";
const FILES = new Set(["index.html", "playground.css", "main.js", "worker.js"]);
const TYPES = /** @type {Readonly<Record<string, string>>} */ ({
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
});
/* As a header it binds the worker as well: nothing can be sent anywhere. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const { values } = parseArgs({ options: { port: { type: "string", default: "7172" } } });
const server = createServer(async ({ method, url }, response) => {
  const name = (url ?? "/").split("?")[0]?.slice(1) || "index.html";
  if ((method !== "GET" && method !== "HEAD") || !FILES.has(name)) {
    response.writeHead(404, { "Content-Type": "text/plain" }).end("there is no such file\n");
    return;
  }
  response.writeHead(200, {
    "Content-Type": TYPES[extname(name)] ?? "application/octet-stream",
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
  });
  response.end(await readFile(new URL(name, FOLDER)));
});
server.listen(Number(values.port), HOST, () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : values.port;
  console.log(`the playground is at http://${HOST}:${port}/`);
});
