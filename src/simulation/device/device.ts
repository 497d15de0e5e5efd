import { Duplex } from "node:stream";
import { MONITOR } from "../../operations/audit/listening.ts";
import { READ } from "../../operations/audit/who.ts";
import type {
  LineStream,
  Ran,
  Transport,
  TransportFault,
} from "../../platform/transport/transport.ts";
import { Kernel } from "../kernel/kernel.ts";
import type {
  DeviceOptions,
  Printed,
  RunCommand,
  SimulatedDevice,
  SimulatedLogin,
  StreamCommand,
} from "../model.ts";
import { cat, runFileScript } from "./fileCommands.ts";
import { runIp } from "./links.ts";
import { connectionText, LoginLog } from "./logins.ts";
import { runNft } from "./nft.ts";
import { emptyRecords, type Records } from "./part/records.ts";
import { runPart } from "./part/verbs.ts";
import { done, failed } from "./printed.ts";
import { runReadings } from "./readings.ts";
import { endedStream, openStream } from "./stream.ts";

/** A host of a simulation, with the boot file loaded. Throws where that file does not load. */
export function openDevice(options: DeviceOptions): SimulatedDevice {
  return new Host(options);
}

/** Exit code of a shell that finds no such program (POSIX shell, 2.8.2). */
const NOT_FOUND = 127;
const FIRST_PROCESS = 4_000;
/** The part of premortem that a device runs, by the name under which it was put there. */
const PART = "premortem-device";

class Host implements SimulatedDevice {
  readonly name: string;
  readonly kernel: Kernel;
  readonly files: Map<string, string>;
  readonly transport: Transport;
  private readonly options: DeviceOptions;
  private readonly logins: LoginLog;
  private readonly records = new Map<string, Records>();
  private readonly monitors = new Set<number>();
  private readonly commands: RunCommand[] = [];
  private readonly streams: StreamCommand[] = [];
  private connects: ((host: string, port: number) => Duplex) | null = null;
  private isLetIn: () => boolean = () => true;
  private processes = FIRST_PROCESS;

  constructor(options: DeviceOptions) {
    const { name, time, loginLog, bootFile } = options;
    this.options = options;
    this.name = name;
    this.files = new Map(options.files);
    if (!this.files.has(loginLog)) this.files.set(loginLog, "");
    this.kernel = new Kernel({ time, files: this.files });
    this.logins = new LoginLog(loginLog, name, this.files, time);
    this.transport = this.transportTo();
    if (bootFile === null) return;
    const result = this.kernel.run(this.files.get(bootFile) ?? "");
    if (result.kind === "refused") throw new Error(`${name} does not boot: ${result.error}`);
  }

  onRun(command: RunCommand): void {
    this.commands.unshift(command);
  }

  onStream(command: StreamCommand): void {
    this.streams.unshift(command);
  }

  onConnect(connect: (host: string, port: number) => Duplex): void {
    this.connects = connect;
  }

  onKnock(isLetIn: () => boolean): void {
    this.isLetIn = isLetIn;
  }

  async byHand(login: SimulatedLogin, command: readonly string[]): Promise<Printed> {
    this.logins.visit(login);
    return this.execute(command, "");
  }

  private transportTo(): Transport {
    return {
      name: `simulated:${this.name}`,
      run: async (command, { input = "" } = {}): Promise<Ran> => ({
        kind: "ran",
        ...(await this.execute(command, input)),
      }),
      stream: (command) => this.stream(command),
      connect: (host, port) => this.connects?.(host, port) ?? refusedConnection(host, port),
      knock: async () => (this.isLetIn() ? null : UNREACHABLE),
      close: () => Promise.resolve(),
    };
  }

  private async execute(command: readonly string[], input: string): Promise<Printed> {
    for (const one of this.commands) {
      const printed = await one(command, input);
      if (printed !== null) return printed;
    }
    const [program = "", ...words] = command;
    switch (program) {
      case "nft":
        return runNft(words, { kernel: this.kernel, files: this.files, input, by: this.process() });
      case "sh":
        return this.shell(words, input);
      case "cat":
        return words[0] === "/proc/net/netlink" ? this.listeners() : cat(words, this.files);
      case "printenv":
        return this.environment(words);
      case "ip":
        return runIp(words, this.options.links) ?? notFound(command.join(" "));
      case "true":
        return done();
      default:
        return notFound(program);
    }
  }

  /** Scripts of premortem's are known by their text. */
  private async shell(given: readonly string[], input: string): Promise<Printed> {
    const [first = "", script = "", self = "", ...words] = given;
    if (first !== "-c") return this.filed(given, input);
    if (self === PART) return this.part(words, input);
    if (script === READ) {
      const [path = "", most = "0"] = words;
      return this.logins.read(path, Number(most), this.options.links.management);
    }
    return (
      runFileScript(script, words, input, this.files) ??
      (await runReadings(script, (command) => this.execute(command, ""))) ??
      notFound(script.trim().split("\n")[0] ?? "")
    );
  }

  /** `sh FILE …`: the part of premortem's that was put there, and nothing else. */
  private filed([path = "", ...words]: readonly string[], input: string): Printed {
    if (!this.files.has(path)) return failed(2, `sh: 0: cannot open ${path}: No such file`);
    return path.endsWith(`/${PART}`) ? this.part(words, input) : notFound(path);
  }

  private part([state = "", ...words]: readonly string[], input: string): Printed {
    const { time } = this.options;
    const records = this.records.get(state) ?? emptyRecords();
    this.records.set(state, records);
    const elsewhere = () => new Kernel({ time, files: this.files });
    return runPart({ kernel: this.kernel, time, records, elsewhere }, words, input);
  }

  private environment([name = ""]: readonly string[]): Printed {
    const { management } = this.options.links;
    return name === "SSH_CONNECTION" && management !== null
      ? done(`${connectionText(management)}\n`)
      : failed(1, "");
  }

  /** The kernel's list of who listens to it: here monitors of the ruleset alone. */
  private listeners(): Printed {
    const rows = [...this.monitors].map(
      (id) =>
        `0000000000000000 12  ${String(id).padEnd(10)} 00000140 0        0        0        2        0        ${id}\n`,
    );
    return done(
      `sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n${rows.join("")}`,
    );
  }

  private stream(command: readonly string[]): LineStream {
    if (command === MONITOR || command.join(" ") === "nft monitor") return this.monitor();
    for (const one of this.streams) {
      let streamed: ReturnType<StreamCommand> = null;
      const early: string[] = [];
      let write = (line: string): void => {
        early.push(line);
      };
      streamed = one(command, (line) => write(line));
      if (streamed === null) continue;
      const { stop } = streamed;
      return openStream((toReader) => {
        for (const line of early) toReader(line);
        write = toReader;
        return stop;
      });
    }
    return endedStream(NOT_FOUND);
  }

  private monitor(): LineStream {
    const { id } = this.process();
    return openStream((write) => {
      write(String(id));
      this.monitors.add(id);
      const stop = this.kernel.subscribe((lines) => lines.forEach(write));
      return () => {
        this.monitors.delete(id);
        stop();
      };
    });
  }

  private process() {
    this.processes++;
    return { id: this.processes, name: "nft" };
  }
}

function notFound(program: string): Printed {
  return failed(NOT_FOUND, `sh: 1: ${program}: not found`);
}

const UNREACHABLE: TransportFault = {
  kind: "fault",
  fault: "unreachable",
  message: "no new connection is let in",
  help: "look at the rules of the device for premortem's own way in",
};

function refusedConnection(host: string, port: number): Duplex {
  const fault: TransportFault = {
    kind: "fault",
    fault: "unreachable",
    message: `connect ECONNREFUSED ${host}:${port}`,
    help: "look whether something listens there",
  };
  const connection = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, end) => end(),
  });
  queueMicrotask(() => connection.destroy(new Error(fault.message, { cause: fault })));
  return connection;
}
