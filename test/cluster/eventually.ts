/** Resolves once `condition` holds; asks again and again because what is awaited has no event. @throws after 10 s */
export async function eventually(condition: () => boolean, what = 'what was awaited'): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what} never came`);
    await new Promise((resolve) => void setTimeout(resolve, 2));
  }
}
