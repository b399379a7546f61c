/** How many sockets each user has. */
export class UserSockets {
  readonly #counts = new Map<string, number>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns false, and counts nothing, at the limit */
  add(user: string): boolean {
    const others = this.#counts.get(user) ?? 0;
    if (others >= this.#limit) return false;
    this.#counts.set(user, others + 1);
    return true;
  }

  remove(user: string): void {
    const others = (this.#counts.get(user) ?? 1) - 1;
    if (others === 0) this.#counts.delete(user);
    else this.#counts.set(user, others);
  }
}
