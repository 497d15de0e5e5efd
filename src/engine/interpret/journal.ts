/** Remembers how to take changes back, between `begin` and `commit` or `rollBack`. */
export class Journal {
  private undo: (() => void)[] | null = null;

  begin(): void {
    this.undo = [];
  }

  commit(): void {
    this.undo = null;
  }

  rollBack(): void {
    const changes = this.undo ?? [];
    this.undo = null;
    for (let change = changes.pop(); change !== undefined; change = changes.pop()) change();
  }

  note(undo: () => void): void {
    this.undo?.push(undo);
  }

  /** Sets a key of a map, or deletes it where `value` is undefined. */
  put<K, V>(map: MapLike<K, V>, key: K, value: V | undefined): void {
    const before = map.get(key);
    this.note(() => store(map, key, before));
    store(map, key, value);
  }
}

interface MapLike<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
  delete(key: K): boolean;
}

function store<K, V>(map: MapLike<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
