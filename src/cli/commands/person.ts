import { columns, shown } from "../../report/formats/text/style.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { isFault } from "../server/client.ts";
import type { AccountList, BreakGlassBody, InvitationBody, ResetBody } from "../server/model.ts";
import { timeText } from "../server/times.ts";
import { type Asking, print, withServer } from "../server/withServer.ts";
import type { Streams } from "../streams.ts";

export function listPeople(options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const list = await api.get<AccountList>("/v1/accounts");
    if (isFault(list)) return list;
    print(options, streams, list, ({ accounts }) => {
      const rows = accounts.map(({ login, name, passwordMs, linkMs }) => [
        shown(login),
        shown(name),
        passwordMs === null ? "no password" : `password of ${timeText(passwordMs)}`,
        linkMs === null ? "" : `a link until ${timeText(linkMs)}`,
      ]);
      return `${columns(rows).join("\n")}\n`;
    });
    return EXIT.clean;
  });
}

/** Makes a link with which a person chooses a password; it alone goes to standard output. */
export function invitePerson(login: string, options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const path = `/v1/accounts/${encodeURIComponent(login)}/invite`;
    const invited = await api.send<InvitationBody>("POST", path);
    if (isFault(invited)) return invited;
    print(options, streams, invited, (one) => `${new URL(one.path, api.url)}\n`);
    if (options.json !== true)
      streams.error.write(
        `${shown(login)} chooses a password with it, once, until ${timeText(invited.expiresMs)} UTC\n`,
      );
    return EXIT.clean;
  });
}

export function resetPerson(login: string, options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const path = `/v1/accounts/${encodeURIComponent(login)}`;
    const reset = await api.send<ResetBody>("DELETE", path);
    if (isFault(reset)) return reset;
    print(options, streams, reset, ({ sessions }) => {
      const ended = sessions === 1 ? "1 session is over" : `${sessions} sessions are over`;
      return `${shown(login)} has no password any more; ${ended}\n`;
    });
    return EXIT.clean;
  });
}

/** Makes the secret of the account for emergencies; it alone goes to standard output. */
export function breakGlass(options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const made = await api.send<BreakGlassBody>("POST", "/v1/break-glass");
    if (isFault(made)) return made;
    print(options, streams, made, ({ secret }) => `${secret}\n`);
    if (options.json !== true)
      streams.error.write(
        `the secret of \`${made.login}\`: shown this once, and the one before is void; print it, and lock it away\n`,
      );
    return EXIT.clean;
  });
}
