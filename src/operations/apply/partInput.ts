/**
 * What the device's part reads from standard input: sections, each behind a line with its name, and a last one
 * which says that all of it came. A connection that breaks looks like the end of the input.
 */
export function partInput(sections: Readonly<Record<string, string>>): string {
  const texts = Object.entries(sections).map(([name, text]) => `=== ${name}\n${text}`);
  return `${texts.join("")}${END}`;
}

const END = "=== end\n";
