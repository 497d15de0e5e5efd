/** Widest text that is still read with ease. */
const MAXIMUM_WIDTH = 100;

/** Text broken between words, so that no line is longer than `width` where words allow it. */
export function wrapped(text: string, width: number): string {
  const room = Math.min(width, MAXIMUM_WIDTH);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}
