import type { MailLab } from "./folder.ts";
import { DEVICE_ROLES, type HostRole, managementAddress } from "./plan.ts";
import { inside } from "./processes.ts";

/** Seconds until a port that says nothing is given up. */
const READY_S = 20;

/**
 * Tries one port after the other until each says a first line: a daemon that is started does not
 * listen yet, and tells nobody when it does.
 */
const TRY = `
const [seconds, ...targets] = process.argv.slice(1);
const end = Date.now() + Number(seconds) * 1000;
const again = (target) => {
  const [host, port] = target.split(" ");
  const socket = require("node:net").connect({ host, port: Number(port), timeout: 1000 });
  socket.once("data", () => socket.destroy());
  socket.once("timeout", () => socket.destroy(new Error("it says nothing")));
  socket.once("error", () => undefined);
  socket.once("close", (failed) => {
    if (socket.bytesRead > 0) return;
    if (Date.now() < end) return setTimeout(again, 20, target);
    console.error(target + " does not answer");
    process.exitCode = 1;
  });
};
targets.forEach(again);
`;

/** Waits until the mail network answers as its users see it, and each device its management. */
export async function awaitPorts(lab: MailLab): Promise<void> {
  const { plan } = lab;
  const { balancer, firewall } = plan.addresses;
  const devices = DEVICE_ROLES.map((role) => `${managementAddress(plan, role)} 22`);
  const targets = [
    ["client", [`${balancer} 587`, `${balancer} 143`]],
    ["remote", [`${firewall} 25`, `${plan.addresses.remote} 25`]],
    ["ops", devices],
  ] as const satisfies readonly (readonly [HostRole, readonly string[]])[];
  await Promise.all(
    targets.map(([role, ports]) =>
      inside(lab, role, [process.execPath, "-e", TRY, String(READY_S), ...ports]),
    ),
  );
}
