import { type ChannelPath, channelPaths } from "./channelPaths.ts";
import { type Draft, tell } from "./draft.ts";
import type { Network } from "./model.ts";
import type { YamlPath } from "./yaml.ts";

/** A channel that needs the mail that is watched is refused as the only one: it falls silent when it is needed. */
export function checkChannels(draft: Draft, network: Network): void {
  const paths = channelPaths(network);
  const refuse = (used: readonly ChannelPath[], path: (first: ChannelPath) => YamlPath) => {
    const [first] = used;
    if (first === undefined || !used.every(({ kind }) => kind === "needs")) return;
    const reasons = used.map(({ channel, reason }) => `\`${channel}\` needs it: ${reason}`);
    const message = `nobody would be told that mail is down: ${reasons.join("; ")}`;
    const help =
      "add a channel that goes another way: `webhook`, `alertmanager`, or `email` by a server and to mailboxes elsewhere";
    tell(draft, "PM5032", message, path(first), help);
  };
  refuse(paths, ({ channel }) => ["notify", channel]);
  /* One mistake is told once. */
  if (paths.every(({ kind }) => kind === "needs")) return;
  for (const { name, steps } of network.escalation) {
    const by = new Set<string>(steps.flatMap((step) => step.by));
    const used = paths.filter(({ channel }) => by.has(channel));
    refuse(used, () => ["escalation", name]);
  }
}
