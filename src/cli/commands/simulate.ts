import { EXIT, type ExitCode } from "../exit.ts";
import { isFault } from "../server/client.ts";
import type { HandBody } from "../server/model.ts";
import { type Asking, print, withServer } from "../server/withServer.ts";
import type { Streams } from "../streams.ts";

export interface SimulateOptions extends Asking {
  /** Who goes to the device. */
  readonly as: string;
}

/** Runs `nft` on a simulated device by hand, past premortem, as somebody would over ssh. */
export function simulate(
  device: string,
  words: readonly string[],
  options: SimulateOptions,
  streams: Streams,
): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const path = `/v1/simulation/devices/${encodeURIComponent(device)}/nft`;
    const body = { login: options.as, command: words.join(" ") };
    const answer = await api.send<HandBody>("POST", path, body);
    if (isFault(answer))
      return answer.code === "notFound"
        ? {
            ...answer,
            message: `${answer.message}: this server runs on no simulation, or not on this device`,
            help: "start one with `npm start`, or `premortem serve --simulated`",
          }
        : answer;
    const { code, out, error } = answer;
    if (error !== "") streams.error.write(error.endsWith("\n") ? error : `${error}\n`);
    print(options, streams, answer, () => out);
    return code === 0 ? EXIT.clean : EXIT.findings;
  });
}

/** Takes the simulated firewall back to what is approved, and empties the queues. */
export function resetSimulation(options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const answer = await api.send<{ readonly baseline: string }>("POST", "/v1/simulation/reset");
    if (isFault(answer)) return answer;
    print(options, streams, answer, () => "the firewall runs what is approved; no mail waits\n");
    return EXIT.clean;
  });
}
