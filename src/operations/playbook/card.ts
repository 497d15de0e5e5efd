import type { Network, NetworkDevice } from "../inventory/model.ts";
import type { Playbook } from "./model.ts";
import type { Paper, PaperBlock } from "./paper.ts";
import { telephoneOf } from "./print.ts";

/**
 * The card for when premortem is down: one command for each device. It loads the files that a device boots with,
 * which an apply writes once it is confirmed: the last ruleset that was approved.
 */
export function breakGlassCard(
  { devices }: Network,
  playbooks: readonly Playbook[],
  nowMs: number,
): Paper {
  const numbers = new Map(
    playbooks.flatMap(({ telephone }) => telephone).map((one) => [`${one.who} ${one.number}`, one]),
  );
  return {
    title: "Break glass",
    blocks: [
      {
        kind: "text",
        text: `For when premortem does not answer. Printed ${new Date(nowMs).toISOString().slice(0, 10)}: print it anew when devices change.`,
      },
      { kind: "text", text: WAIT },
      ...[...devices.values()].flatMap(deviceBlocks),
      { kind: "text", text: TAKES_AWAY },
      ...telephoneOf([...numbers.values()]),
    ],
  };
}

const WAIT =
  "First wait two minutes: a change that was being applied is taken back by the device itself. Then load what it boots with, which is what was confirmed last:";
/* Measured: behind `flush ruleset`, a ban added since was lost and another program's table deleted (M2). */
const TAKES_AWAY =
  "A file that begins with `flush ruleset` takes away tables of other programs and bans that came since: afterwards restart Docker, fail2ban or ufw where they run. Then have deferred mail tried: `postqueue -f` on each mail server, or it waits for Postfix's back-off.";

function deviceBlocks(device: NetworkDevice): readonly PaperBlock[] {
  const command = commandOf(device);
  return [
    { kind: "heading", text: device.name },
    command === null
      ? {
          kind: "text",
          text: "The network file names no `sources` of it: nobody knows what it boots with.",
        }
      : { kind: "command", text: command },
  ];
}

/** Null: what it boots with is not known. */
function commandOf({ reach, sources }: NetworkDevice): string | null {
  if (sources.length === 0) return null;
  const load = sources.map(loadCommand).join(" && ");
  switch (reach.kind) {
    case "ssh": {
      const port = reach.port === null ? "" : ` -p ${reach.port}`;
      return `ssh${port} ${reach.target} ${quotedOnce(load)}`;
    }
    case "namespace":
      return `sudo ip netns exec ${reach.name} sh -c ${quotedOnce(load)}`;
    default:
      return load;
  }
}

/** Files of iptables are told by their usual names. */
function loadCommand(file: string): string {
  if (/(?:^|\/)(?:rules\.v6|ip6tables)/.test(file)) return `sudo ip6tables-restore ${file}`;
  if (/(?:^|\/)(?:rules\.v4|iptables)/.test(file)) return `sudo iptables-restore ${file}`;
  return `sudo nft -f ${file}`;
}

function quotedOnce(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
