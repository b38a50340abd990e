/**
 * Polls the next records while the last ones are committed, as the runtime does (docs/decisions/022-stepping-ahead-of-a-commit.md): a
 * floor that polls only after its commit would wait where what it is held against doesn't. One batch ahead, commits one after the
 * other. Rejects with what either rejects with.
 */
export async function workAhead<T>(poll: () => Promise<T>, commit: (polled: T) => Promise<void>): Promise<never> {
  let next = poll();
  for (;;) {
    const polled = await next;
    next = poll();
    // Heard of when it is taken.
    next.catch(() => {});
    await commit(polled);
  }
}
