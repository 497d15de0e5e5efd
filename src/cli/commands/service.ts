import { setTimeout as sleep } from "node:timers/promises";
import { columns, shown } from "../../report/formats/text/style.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { isFault } from "../server/client.ts";
import { followNews } from "../server/followNews.ts";
import type {
  AlertBody,
  AlertList,
  IssuedTokenBody,
  StatusBody,
  TokenList,
} from "../server/model.ts";
import { statusExit } from "../server/statusExit.ts";
import { statusText } from "../server/statusText.ts";
import { timeText } from "../server/times.ts";
import { type Asking, print, versioned, withServer } from "../server/withServer.ts";
import type { Streams } from "../streams.ts";
import { acknowledgeCall } from "./onCall.ts";

/** Everything at once. */
export function status(options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const now = await api.get<StatusBody>("/v1/status");
    if (isFault(now)) return now;
    print(options, streams, now, (one) => statusText(one, streams.out.style));
    return statusExit(now);
  });
}

export interface TokenOptions extends Asking {
  readonly role?: readonly string[];
  readonly purpose: string;
  readonly days: string;
}

/** Makes a token; its secret alone goes to standard output. */
export function createToken(
  login: string,
  options: TokenOptions,
  streams: Streams,
): Promise<ExitCode> {
  const { role, purpose, days } = options;
  return withServer(options, streams, async (api) => {
    const body = {
      login,
      purpose,
      days: Number(days),
      ...(role === undefined ? {} : { roles: role }),
    };
    const issued = await api.send<IssuedTokenBody>("POST", "/v1/tokens", body);
    if (isFault(issued)) return issued;
    print(options, streams, issued, ({ secret }) => `${secret}\n`);
    if (options.json !== true)
      streams.error.write(
        `token ${issued.id} of ${shown(login)} (${issued.roles.join(", ")}), until ${timeText(issued.expiresMs)} UTC; it is shown this once\n`,
      );
    return EXIT.clean;
  });
}

export function listTokens(options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const list = await api.get<TokenList>("/v1/tokens");
    if (isFault(list)) return list;
    print(options, streams, list, ({ tokens }) => {
      const rows = tokens.map(({ id, login, roles, revokedMs, expiresMs, purpose }) => [
        String(id),
        shown(login),
        roles.join(","),
        revokedMs === null ? `until ${timeText(expiresMs)}` : `revoked ${timeText(revokedMs)}`,
        shown(purpose),
      ]);
      return `${columns(rows).join("\n")}\n`;
    });
    return EXIT.clean;
  });
}

export function revokeToken(id: string, options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const revoked = await api.send<TokenList["tokens"][number]>(
      "DELETE",
      `/v1/tokens/${encodeURIComponent(id)}`,
    );
    if (isFault(revoked)) return revoked;
    print(
      options,
      streams,
      revoked,
      (one) => `token ${one.id} of ${shown(one.login)} is revoked\n`,
    );
    return EXIT.clean;
  });
}

/** Milliseconds before a stream that was cut off is opened again. */
const AGAIN_MS = 2_000;

/** Tells what happens as it happens, until it is interrupted or refused; goes on where it was cut off. */
export function events(options: Asking, streams: Streams): Promise<ExitCode> {
  const { out, error } = streams;
  return withServer(options, streams, (api) =>
    followNews(
      (last) => api.follow(last),
      {
        take: ({ event, news }) => {
          if (event === "missed")
            error.write("some news were missed: look at `premortem status`\n");
          if (news === null) return;
          out.write(
            options.json === true
              ? `${JSON.stringify(versioned(news))}\n`
              : `${timeText(news.atMs)}  ${shown(news.text)}\n`,
          );
        },
        lost: (reason) => error.write(`the stream is lost (${shown(reason)}); trying again\n`),
        back: () => error.write("the stream is back\n"),
      },
      () => sleep(AGAIN_MS),
    ),
  );
}

/** Alerts that one page of the list has at most. */
const MOST_OPEN = 100;

/** States that somebody must know of, newest first. */
export function alerts(options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const list = await api.get<AlertList>("/v1/alerts");
    if (isFault(list)) return list;
    print(options, streams, list, ({ alerts: all }) =>
      all.length === 0 ? "no alert yet\n" : `${columns(all.map(alertCells)).join("\n")}\n`,
    );
    const open = await api.get<AlertList>(`/v1/alerts?status=open&limit=${MOST_OPEN}`);
    if (isFault(open)) return open;
    return open.alerts.some(({ status }) => status === "firing") ? EXIT.findings : EXIT.clean;
  });
}

export function acknowledge(
  id: string,
  options: Asking & { readonly escalation?: boolean },
  streams: Streams,
): Promise<ExitCode> {
  if (options.escalation === true) return acknowledgeCall(id, options, streams);
  return withServer(options, streams, async (api) => {
    const path = `/v1/alerts/${encodeURIComponent(id)}/acknowledge`;
    const alert = await api.send<AlertBody>("POST", path);
    if (isFault(alert)) return alert;
    print(options, streams, alert, (one) => `${alertCells(one).join("  ")}\n`);
    return EXIT.clean;
  });
}

function alertCells(alert: AlertBody): readonly string[] {
  const { id, status, severity, raisedMs, title, acknowledged } = alert;
  const by = acknowledged === null ? "" : ` (${shown(acknowledged.by)} has it in hand)`;
  return [String(id), status, severity, timeText(raisedMs), `${shown(title)}${by}`];
}
