import { connect } from "node:net";
import { connectProcess, runProcess, streamProcess } from "./process.ts";
import type { Transport } from "./transport.ts";

/** This machine itself. */
export function localTransport(): Transport {
  return {
    name: "local",
    run: (command, options = {}) => runProcess(command, options, noFault),
    stream: (command) => streamProcess(command, noFault),
    connect: (host, port) => connect({ host, port }),
    knock: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  };
}

/** A network namespace of this machine, by the name that `ip netns` gave it. Needs root. */
export function namespaceTransport(namespace: string): Transport {
  const inside = (command: readonly string[]) => ["ip", "netns", "exec", namespace, ...command];
  return {
    name: `namespace:${namespace}`,
    run: (command, options = {}) => runProcess(inside(command), options, noFault),
    stream: (command) => streamProcess(inside(command), noFault),
    connect: (host, port) =>
      connectProcess(inside([process.execPath, "-e", RELAY, host, String(port)]), refusedThere),
    knock: async (timeoutMs) => {
      const ran = await runProcess(inside(["true"]), { timeoutMs }, noFault);
      return ran.kind === "fault" ? ran : null;
    },
    close: () => Promise.resolve(),
  };
}

const noFault = () => null;

/** Exit code of the relay where the connection could not be made. */
const NO_CONNECTION = 69;

/** A connection belongs to the namespace of the process that opens it. */
const RELAY = `
const [host, port] = process.argv.slice(1);
const socket = require("node:net").connect({ host, port: Number(port), allowHalfOpen: true });
socket.on("error", (error) => { console.error(error.message); process.exit(${NO_CONNECTION}); });
socket.on("connect", () => { process.stdin.pipe(socket); socket.pipe(process.stdout); });
`;

const refusedThere: Parameters<typeof connectProcess>[1] = ({ code, error }) =>
  code === NO_CONNECTION
    ? {
        kind: "fault",
        fault: "unreachable",
        message: error.trim(),
        help: "look whether something listens there",
      }
    : null;
