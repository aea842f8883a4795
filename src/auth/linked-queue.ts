/** A place in a {@link LinkedQueue}. */
export interface Link<T> {
  readonly value: T;
  older?: Link<T>;
  newer?: Link<T>;
}

/** Values in the order in which they came. The oldest is at hand, and one in the middle leaves at no more cost. */
export class LinkedQueue<T> {
  size = 0;
  private first?: Link<T>;
  private last?: Link<T>;

  get oldest(): T | undefined {
    return this.first?.value;
  }

  push(value: T): Link<T> {
    const link: Link<T> = { value, older: this.last, newer: undefined };
    if (this.last) this.last.newer = link;
    else this.first = link;
    this.last = link;
    this.size += 1;
    return link;
  }

  /** @param link one that this queue has handed out and that is still in it. */
  remove({ older, newer }: Link<T>): void {
    if (older) older.newer = newer;
    else this.first = newer;
    if (newer) newer.older = older;
    else this.last = older;
    this.size -= 1;
  }
}
