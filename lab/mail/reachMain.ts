import { sshTransport } from "../../src/platform/transport/ssh.ts";
import { openLab } from "./folder.ts";
import { DEVICE_ROLES } from "./plan.ts";

/* Reaches each device as premortem does, in the namespace that it runs in: `reachMain PREFIX`. */

const { plan } = openLab(process.argv[2] ?? "");
const reached = await Promise.all(
  DEVICE_ROLES.map(async (role) => {
    const transport = await sshTransport({ target: plan.hosts[role], port: null });
    const ran = await transport.run(["sh", "-c", 'echo "$USER@$(hostname)"']);
    await transport.close();
    return ran.kind === "ran" ? ran.out.trim() : ran.message;
  }),
);
console.log(JSON.stringify(reached));
