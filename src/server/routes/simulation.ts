import { refuse, refuseUnknown } from "../../platform/refusal.ts";
import { FIREWALL } from "../../simulation/world/plan.ts";
import * as contract from "../contract/simulation.ts";
import { type Mount, operation } from "../operation.ts";
import { handLogin, type Simulation } from "../simulation/open.ts";
import { resetSimulation } from "../simulation/reset.ts";
import type { Service } from "../wire.ts";

/** What only a server on a simulated network has; elsewhere none of it is there. */
export function simulationRoutes(
  { network }: Simulation,
  { inventory }: Pick<Service, "inventory">,
): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/simulation",
      summary: "Says that the network is simulated, and what passes through it",
      role: "any",
      result: contract.simulation,
      run: async () => ({
        nowMs: network.time.nowMs(),
        devices: [...network.devices.keys()].map((name) => ({
          name,
          hasRuleset: name === FIREWALL,
          takesHand: name === FIREWALL,
        })),
        logins: HAND_LOGINS,
        seconds: network.world.counts(),
      }),
    }),
    operation({
      method: "post",
      path: "/v1/simulation/devices/{device}/nft",
      summary:
        "Runs `nft` on a simulated device by hand, past premortem: as a person would over ssh",
      role: "any",
      params: contract.devicePath,
      body: contract.handBody,
      result: contract.handAnswer,
      run: async ({ params: { device: name }, body: { login, command } }) => {
        const device = network.devices.get(name);
        if (device === undefined)
          return refuseUnknown(
            `no simulated device is called \`${name}\``,
            `name one of: ${[...network.devices.keys()].join(", ")}`,
          );
        return device.byHand(handLogin(login), ["nft", ...wordsOf(command)]);
      },
    }),
    operation({
      method: "post",
      path: "/v1/simulation/reset",
      summary: "Loads the approved ruleset again, and empties the queues",
      role: "any",
      result: contract.resetAnswer,
      run: async () =>
        (await resetSimulation(network, inventory)) ??
        refuse("nothing is approved yet", `adopt what runs: \`premortem init ${FIREWALL}\``),
    }),
  ];
}

/** `nft` puts its words together again: quotes stay where they were typed. */
function wordsOf(command: string): readonly string[] {
  return command
    .trim()
    .replace(/^nft\s+/, "")
    .split(/\s+/);
}

/** Offered where somebody may choose; any other name is taken as well. */
const HAND_LOGINS = ["netops", "ana", "bob"];
