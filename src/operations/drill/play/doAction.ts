import { FIREWALL_SOURCE } from "../../../simulation/hosts/networkFile.ts";
import type { DrillAction } from "../actions.ts";
import type { DrillAnswer } from "../model.ts";
import { ask } from "./ask.ts";
import { OPEN, servicesOf, tryFlow } from "./flows.ts";
import { look } from "./look.ts";
import type { Play } from "./play.ts";

export type Answered = Omit<DrillAnswer, "heard">;

/** What comes of an action, at the end of the time that it took. Every word of it is read off the simulation. */
export function doAction(play: Play, action: DrillAction, login: string): Answered {
  switch (action.kind) {
    case "look":
      return said(`${action.at}`, look(play, action));
    case "ask":
      return said(`the ${action.team} team`, ask(play, action.team));
    case "probe":
      return probe(play, action.probe);
    case "declare":
      return said("it is an outage now", ["the clock of detection has stopped"]);
    case "diagnose":
      return diagnose(play, action.suspect);
    case "undo":
      return loaded(
        `undo of difference ${action.difference}`,
        play.differences.undo(action.difference, login),
      );
    case "nft":
      return loaded("nft", play.differences.run(withoutProgram(action.script), login, "nft"));
    case "reload": {
      const file = play.network.firewall.files.get(FIREWALL_SOURCE) ?? "";
      return loaded(`nft -f ${FIREWALL_SOURCE}`, play.differences.run(file, login, "nft"));
    }
    case "restart":
      return said(`restart of ${action.service}`, restarted(play));
    case "flushQueues":
      for (const host of hostsOf(play)) host.queue.flush();
      return said("postqueue -f", ["all mail that waits is tried now"]);
    case "purgeQueues":
      return purge(play);
    case "wait":
      return said(`${action.minutes} minutes later`, []);
    case "close":
      return close(play);
    case "giveUp":
      return said("given up", []);
  }
}

function said(title: string, lines: readonly string[]): Answered {
  return { title, lines, isDone: true };
}

function notDone(title: string, lines: readonly string[]): Answered {
  return { title, lines, isDone: false };
}

function loaded(title: string, refused: string | null): Answered {
  return refused === null ? said(title, ["done"]) : notDone(title, refused.trimEnd().split("\n"));
}

/** `nft add rule …` and `add rule …` are the same. */
function withoutProgram(script: string): string {
  return script.replace(/^\s*nft\s+/, "");
}

function probe(play: Play, name: string): Answered {
  const flow = servicesOf(play.drill).find((one) => one.name === name);
  if (flow === undefined) {
    const names = servicesOf(play.drill).map((one) => one.name);
    return notDone(`probe ${name}`, [`there is no such probe: take one of ${names.join(", ")}`]);
  }
  const result = tryFlow(play.network, flow);
  const way = `${flow.from} to ${flow.to}, ${flow.protocol}/${flow.port}`;
  return said(`probe ${name}`, [`${way}: ${result === OPEN ? "works" : result}`]);
}

function diagnose({ drill }: Play, id: string): Answered {
  const suspect = drill.suspects.find((one) => one.id === id);
  if (suspect !== undefined) return said(`the cause: ${suspect.text}`, ["noted"]);
  const ids = drill.suspects.map((one) => one.id).join(", ");
  return notDone("the cause", [`there is no suspect \`${id}\`: take one of ${ids}`]);
}

function restarted({ senses }: Play): readonly string[] {
  const failing = senses.failing();
  return [
    "it runs again",
    ...(failing.length === 0 ? ["all probes work"] : ["as before it does not work:", ...failing]),
  ];
}

function purge(play: Play): Answered {
  const hosts = hostsOf(play);
  const count = hosts.reduce((sum, { queue }) => sum + queue.length, 0);
  play.senses.lost += count;
  play.network.world.clearQueues();
  return said("postsuper -d ALL", [`${count} mails are deleted`]);
}

function close({ senses }: Play): Answered {
  if (senses.brokeMs === null)
    return notDone("it is not over", ["nothing has happened yet that could be over"]);
  const failing = senses.failing();
  return failing.length === 0
    ? said("it is over", ["all probes work"])
    : notDone("it is not over", failing);
}

function hostsOf({ network }: Play) {
  return Object.values(network.world.hosts);
}
