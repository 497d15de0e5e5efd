import { EXIT, type ExitCode } from "../exit.ts";
import { isFault } from "../server/client.ts";
import type { ReportBody } from "../server/model.ts";
import { type Asking, print, withServer } from "../server/withServer.ts";
import type { Streams } from "../streams.ts";

/** Says that many call: it counts at once, without a test. */
export function surge(
  text: string | undefined,
  options: Asking,
  streams: Streams,
): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const body = { text: text ?? "", surge: true };
    const taken = await api.send<ReportBody>("POST", "/v1/help-desk/reports", body);
    if (isFault(taken)) return taken;
    print(
      options,
      streams,
      taken,
      () => "taken: an incident is open, until nobody says so for half an hour\n",
    );
    return EXIT.clean;
  });
}
