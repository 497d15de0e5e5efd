import type { Style } from "../report/formats/text/style.ts";

/** Where results and everything else go. */
export interface Streams {
  readonly out: Stream;
  readonly error: Stream;
}

export interface Stream {
  readonly write: (text: string) => void;
  readonly style: Style;
  /** A person looks at it. */
  readonly isTerminal: boolean;
}

/** `always` and `never` are said by the user; `auto` asks the stream and the environment. */
export type ColourChoice = "auto" | "always" | "never";

/** Standard output and error, with colours only where a person looks at them. */
export function standardStreams(colour: ColourChoice): Streams {
  return { out: wrap(process.stdout, colour), error: wrap(process.stderr, colour) };
}

function wrap(stream: NodeJS.WriteStream, choice: ColourChoice): Stream {
  const { env } = process;
  const wanted = stream.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  const colour = choice === "always" || (choice === "auto" && wanted);
  return {
    write: (text) => stream.write(text),
    isTerminal: stream.isTTY === true,
    style: { colour, width: stream.isTTY === true ? stream.columns : widthOf(env["COLUMNS"]) },
  };
}

function widthOf(columns: string | undefined): number {
  const width = Number(columns);
  return Number.isInteger(width) && width > 0 ? width : Number.POSITIVE_INFINITY;
}
