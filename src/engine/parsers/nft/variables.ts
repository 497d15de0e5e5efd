import type { Token } from "./lexer.ts";

type Scope = Map<string, readonly Token[]>;

/** What `define` names. A block of a table or a chain has names of its own, gone at its end. */
export class Variables {
  private readonly scopes: Scope[] = [new Map()];

  get(name: string): readonly Token[] | null {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const found = this.scopes[i]?.get(name);
      if (found !== undefined) return found;
    }
    return null;
  }

  /** False where the name is taken in the block in hand. */
  define(name: string, tokens: readonly Token[]): boolean {
    const isNew = !this.scope.has(name);
    this.scope.set(name, tokens);
    return isNew;
  }

  undefine(name: string): void {
    this.scope.delete(name);
  }

  /** Reads a block with names of its own. */
  within(read: () => void): void {
    this.scopes.push(new Map());
    try {
      read();
    } finally {
      this.scopes.pop();
    }
  }

  clear(): void {
    this.scopes.splice(0, this.scopes.length, new Map());
  }

  private get scope(): Scope {
    return this.scopes.at(-1) ?? new Map();
  }
}
