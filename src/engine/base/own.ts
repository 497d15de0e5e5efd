/** What a table holds for a word of a user: nothing for words such as `constructor`, which every object has. */
export function own<T>(table: Readonly<Partial<Record<string, T>>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
