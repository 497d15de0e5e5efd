import { parseAddressRange } from "./addresses.ts";
import { isEmpty, within } from "./addressSets.ts";
import { planIntent } from "./flows.ts";
import type { Network, NetworkIntent } from "./model.ts";
import type { Notify } from "./monitors.ts";
import { domainOf, type WatchedMail, watchedMail } from "./watchedMail.ts";

export type ChannelName = keyof Notify;

/** Whether a channel still tells somebody when the watched mail is down. */
export interface ChannelPath {
  readonly channel: ChannelName;
  readonly kind: /** Proved: it needs what it has to tell of. */
    | "needs"
    /** Proved, as far as the network file goes: it passes nothing that is watched. */
    | "apart"
    | "notProved";
  readonly reason: string;
}

/** Each channel of the network file, with what is known of its way. */
export function channelPaths(network: Network): readonly ChannelPath[] {
  const { alertmanager, webhook, email } = network.notify;
  const mail = watchedMail(network);
  return [
    ...(alertmanager === null ? [] : [urlPath(network, mail, "alertmanager", alertmanager)]),
    ...(webhook === null ? [] : [urlPath(network, mail, "webhook", webhook.url)]),
    ...(email === null ? [] : [emailPath(network, mail, email.target.host)]),
  ];
}

function emailPath(network: Network, mail: WatchedMail, host: string): ChannelPath {
  const channel = "email";
  const server = hostPath(network, mail, channel, host);
  if (server.kind === "needs") return server;
  const domains = [...new Set(network.people.flatMap(({ email }) => domainOf(email ?? "")))];
  const own = domains.filter((domain) => mail.domains.has(domain));
  const others = domains.filter((domain) => !mail.domains.has(domain));
  if (own.length > 0 && others.length === 0) {
    const reason = `mailboxes of ${own.join(", ")} lie on mail that is watched`;
    return { channel, kind: "needs", reason };
  }
  const unknown =
    others.length === 0
      ? "nobody has an `email`"
      : `where mail for ${others.join(", ")} ends up does not stand in the network file`;
  const some =
    own.length === 0 ? "" : `; mailboxes of ${own.join(", ")} lie on mail that is watched`;
  return { channel, kind: "notProved", reason: `${unknown}${some}` };
}

function urlPath(
  network: Network,
  mail: WatchedMail,
  channel: ChannelName,
  url: string,
): ChannelPath {
  const host = URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, "") : url;
  return hostPath(network, mail, channel, host);
}

const LOOPBACK = /^(?:localhost|127\.[\d.]+|::1)$/;

function hostPath(
  network: Network,
  mail: WatchedMail,
  channel: ChannelName,
  host: string,
): ChannelPath {
  const said = (kind: ChannelPath["kind"], reason: string) => ({ channel, kind, reason });
  if (LOOPBACK.test(host))
    return said("apart", "it lies on premortem's own host; what it does from there is not known");
  if (mail.names.has(host.toLowerCase()))
    return said("needs", `\`${host}\` is mail that is watched`);
  const address = parseAddressRange(host);
  if (address === null)
    return said(
      "notProved",
      `where \`${host}\` lies, and who resolves it, does not stand in the network file`,
    );
  const hosts = new Map([[address.family, [address.range]]]);
  if (!isEmpty(within(hosts, mail.servers)))
    return said("needs", `\`${host}\` is a server of mail that is watched`);
  const [local] = [...network.devices.values()].filter(({ reach }) => reach.kind === "local");
  if (local === undefined)
    return said("notProved", "where premortem itself stands does not follow from the network file");
  const { byDevice, problems } = planIntent(network, wayOf(local.name, host, local.span));
  const passed = [...byDevice.keys()].map((name) => `\`${name}\``);
  if (passed.length > 0)
    return said("notProved", `it passes the rules of ${passed.join(", ")}, which are watched`);
  return problems.length === 0
    ? said("apart", "it passes the rules of no device of the network file")
    : said("notProved", problems.map(({ message }) => message).join("; "));
}

function wayOf(from: string, to: string, span: NetworkIntent["span"]): NetworkIntent {
  const parts = [{ kind: "ports", protocol: 6, ports: [{ from: 0n, to: 65_535n }] }] as const;
  return {
    id: "way of a channel",
    kind: "reachable",
    from,
    to,
    services: [{ name: "tcp", parts }],
    reason: null,
    owner: null,
    isCritical: false,
    span,
  };
}
