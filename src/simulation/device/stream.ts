import type { LineStream, StreamEnd } from "../../platform/transport/transport.ts";

/** Lines that somebody writes and somebody else reads, in their order. */
export class Lines implements AsyncIterable<string> {
  private readonly waiting: string[] = [];
  private isOver = false;
  private wake: () => void = () => undefined;

  write(line: string): void {
    if (this.isOver) return;
    this.waiting.push(line);
    this.wake();
  }

  end(): void {
    this.isOver = true;
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (;;) {
      const line = this.waiting.shift();
      if (line !== undefined) yield line;
      else if (this.isOver) return;
      else
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
    }
  }
}

/** A command that writes lines until it is stopped. `start` gets where to write, and gives how it is stopped. */
export function openStream(start: (write: (line: string) => void) => () => void): LineStream {
  const lines = new Lines();
  const stopIt = start((line) => lines.write(line));
  let tell: (end: StreamEnd) => void = () => undefined;
  const ended = new Promise<StreamEnd>((resolve) => {
    tell = resolve;
  });
  const stop = () => {
    stopIt();
    lines.end();
    tell({ kind: "ended", code: null });
  };
  return { lines, ended, stop };
}

/** A command that is none: its end is all there is of it. */
export function endedStream(code: number): LineStream {
  const lines = new Lines();
  lines.end();
  return { lines, ended: Promise.resolve({ kind: "ended", code }), stop: () => undefined };
}
