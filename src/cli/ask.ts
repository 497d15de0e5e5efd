import { createInterface } from "node:readline/promises";

/** Asks a person for a word, on standard error; null: nobody is there to be asked. */
export async function askFor(question: string): Promise<string | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}
