// Runs a diff once, and keeps the code that was compiled for it: the next ones start with that. The rules have a bit of
// all that big rulesets have.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { runDiffForCache } = createRequire(import.meta.url)("../bin/plainDiff.js");

const folder = mkdtempSync(join(tmpdir(), "premortem-"));
const ruleset = (/** @type {number} */ port) => `table inet filter {
\tset mail { type ipv4_addr; flags interval; elements = { 10.0.0.1, 10.1.0.0/16 } }
\tchain forward {
\t\ttype filter hook forward priority 0; policy drop;
\t\tct state established,related accept
\t\ticmp type echo-request accept
\t\tiifname "eth0" ip saddr @mail tcp dport { 25, 465, 587 } counter packets 0 bytes 0 accept
\t\tip saddr 10.2.0.0/24 ip daddr 10.3.0.0/24 tcp dport ${port} accept
\t\tip saddr 10.4.0.0/24 udp dport 1000-2000 drop
\t\tlimit rate 10/minute log prefix "dropped " reject
\t}
}
`;
const files = [25, 2525].map((port, number) => {
  const file = join(folder, `${number}.nft`);
  writeFileSync(file, ruleset(port));
  return file;
});
process.once("exit", () => rmSync(folder, { recursive: true }));
process.argv = [process.execPath, "premortem", "diff", ...files];
/* What it says is for nobody; that something differs is no failure. */
process.stdout.write = () => true;
process.once("exit", () => {
  process.exitCode = 0;
});
/* Whole or not at all: others may start meanwhile. */
runDiffForCache((/** @type {string} */ file, /** @type {Uint8Array} */ data) => {
  const next = `${file}.next`;
  writeFileSync(next, data);
  renameSync(next, file);
});
