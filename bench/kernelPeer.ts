import { spawnSync } from "node:child_process";
import { withFiles } from "./hostTools.ts";

const PACKETS = 20_000;
const TIMEOUT_MS = 60_000;

/** Sends datagrams to itself and prints how many left in a second of the processor. */
const SENDER = `
const socket = require("node:dgram").createSocket("udp4");
const total = ${PACKETS};
let sent = 0;
const begin = process.cpuUsage();
function next() {
  if (sent === total) {
    const { user, system } = process.cpuUsage(begin);
    console.log((total * 1e6) / (user + system));
    return socket.close();
  }
  sent++;
  socket.send("x", 9, "127.0.0.1", next);
}
socket.bind(0, next);
`;

/**
 * Packets a second that the kernel takes through these rules, one system call each: they match none,
 * so every rule is looked at. Null: no root, no nft.
 */
export function kernelPacketsPerSecond(rules: readonly string[]): number | null {
  const lines = rules.map((rule) => `\t\t${rule}\n`).join("");
  const table = `table ip bench {\n\tchain out {\n\t\ttype filter hook output priority 0; policy accept;\n${lines}\t}\n}\n`;
  return withFiles([table, SENDER], ([ruleset = "", sender = ""]) => {
    const script = 'ip link set lo up && nft -f "$1" && exec "$2" "$3"';
    const { status, stdout } = spawnSync(
      "unshare",
      ["-n", "sh", "-c", script, "sh", ruleset, process.execPath, sender],
      { encoding: "utf8", timeout: TIMEOUT_MS },
    );
    const rate = Number(stdout);
    return status === 0 && rate > 0 ? rate : null;
  });
}
