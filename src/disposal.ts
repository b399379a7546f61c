type Disposal = () => unknown;

/**
 * Takes down what was started, newest first, however the start ends. Node 20
 * has `Symbol.asyncDispose` and no AsyncDisposableStack; this is the part of it
 * that the roof uses.
 *
 * @see https://github.com/tc39/proposal-explicit-resource-management
 */
export class DisposalStack implements AsyncDisposable {
  #disposals: Disposal[] = [];

  use<T extends AsyncDisposable>(resource: T): T {
    this.#disposals.push(() => resource[Symbol.asyncDispose]());
    return resource;
  }

  defer(disposal: Disposal): void {
    this.#disposals.push(disposal);
  }

  /** Hands everything over to a new stack: this one then takes nothing down. */
  move(): DisposalStack {
    const moved = new DisposalStack();
    moved.#disposals = this.#disposals;
    this.#disposals = [];
    return moved;
  }

  /** Goes on past a disposal that fails. @throws the first failure, when all are done */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (const disposal of this.#disposals.splice(0).reverse()) {
      try {
        await disposal();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
