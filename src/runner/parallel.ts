/**
 * Runs `work` on each item, at most `width` at once; results in the items' order. After a failure nothing is begun, and
 * the first one is thrown when nothing is under way any more.
 */
export async function inParallel<T, R>(
  width: number,
  items: readonly T[] | AsyncIterable<T>,
  work: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  const failures: unknown[] = []
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  let next = 0
  const lane = async (): Promise<void> => {
    while (failures.length === 0) {
      const index = next++
      try {
        const item = await iterator.next()
        if (item.done === true) return
        if (failures.length === 0) results[index] = await work(item.value, index)
      } catch (cause) {
        failures.push(cause)
      }
    }
  }
  const lanes = 'length' in items ? Math.min(width, items.length) : width
  await Promise.all(Array.from({ length: Math.max(1, lanes) }, lane))
  if (failures.length > 0) throw failures[0]
  return results
}

/** Does something to its end, and what has to follow, in this order, also where it failed. */
export async function finallyDo<T>(work: Promise<T>, ...after: readonly (() => Promise<unknown>)[]): Promise<T> {
  try {
    return await work
  } finally {
    for (const step of after) await step()
  }
}

/** All three to their end, whatever becomes of one; then the first failure in their order. */
export async function allOf<A, B>(first: Promise<A>, second: Promise<B> | undefined, third: Promise<void> | undefined) {
  const [one, two, three] = await Promise.allSettled([first, second, third])
  for (const each of [one, two, three]) if (each.status === 'rejected') throw each.reason
  return [(one as PromiseFulfilledResult<A>).value, (two as PromiseFulfilledResult<B | undefined>).value] as const
}
