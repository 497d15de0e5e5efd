/** A word as the shell of the other side gives it back unchanged (POSIX shell, 2.2.2). */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
