import { networkFileHash } from "../operations/change/networkHash.ts";
import type { Network } from "../operations/inventory/model.ts";
import type { TrailEvent } from "../operations/trail/model.ts";
import type { Trail } from "../operations/trail/service.ts";

const SUBJECT = "network";

/** What of a network file decides who may do what, and what has to hold: it is edited without premortem. */
export function networkDetails(network: Network): TrailEvent["details"] {
  const { devices, intents, people, teams, solo } = network;
  return {
    hash: networkFileHash(network),
    devices: [...devices.keys()],
    intents: intents.map(({ id }) => id),
    critical: intents.filter(({ isCritical }) => isCritical).map(({ id }) => id),
    people: Object.fromEntries(people.map(({ login, roles }) => [login, [...roles]])),
    teams: Object.fromEntries(teams.map(({ id, members }) => [id, [...members]])),
    ...(solo === null ? {} : { soloPauseMs: solo.pauseMs }),
  };
}

/** Writes down what a server begins with, where it is another file than the trail knows. */
export async function recordNetwork(
  trail: Pick<Trail, "page" | "append">,
  network: Network,
  atMs: number,
): Promise<void> {
  const details = networkDetails(network);
  const [last] = await trail.page({ before: null, limit: 1, subject: SUBJECT });
  if (last?.details["hash"] === details["hash"]) return;
  await trail.append({ atMs, actor: "premortem", kind: "network.read", subject: SUBJECT, details });
}
