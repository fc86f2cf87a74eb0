import { expect, test } from 'vitest'
import type { Runner } from '../../../src/runner/ports.ts'
import type { Answer } from '../../../src/strategy/answers.ts'
import { ViewsAhead } from '../../../src/strategy/views-ahead.ts'

const items = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ target: { name: 'riscv64-linux' }, package: name }))
const answerOf = (name: string): Answer => ({ names: [name], systems: [], all: [], lookups: [] })

/** Records what is asked. @param first what becomes of the first question */
function start(cpus: number, count: number, first?: Promise<readonly Answer[]>) {
  const asked: { readonly names: string; readonly signal: AbortSignal | undefined }[] = []
  const some = items.slice(0, count)
  const ahead = new ViewsAhead({ facts: { cpus } } as unknown as Runner, some, (wanted, signal) => {
    asked.push({ names: wanted.map((item) => item.package).join(), signal })
    const answers = Promise.resolve(wanted.map((item) => answerOf(item.package)))
    return asked.length === 1 && first !== undefined ? first : answers
  })
  return { ahead, asked, some }
}

test.each([
  ['a processor to spare', 2, 4, ['a,b,c,d']],
  ['one processor', 1, 4, []],
  ['many packages', 8, 5, []],
  ['nothing to ask', 8, 0, []],
])('asked ahead: %s', (_, cpus, count, expected) => {
  expect(start(cpus, count).asked.map(({ names }) => names)).toEqual(expected)
})

test('what was asked ahead is not asked again, and each gets its own answer', async () => {
  const { ahead, asked, some } = start(2, 3)
  expect(await ahead.answers([some[2], some[0]].flatMap((item) => item ?? []))).toEqual([answerOf('c'), answerOf('a')])
  expect(asked).toHaveLength(1)
})

test('what failed ahead is asked again', async () => {
  const { ahead, asked, some } = start(2, 1, Promise.reject(new Error('no memory')))
  expect(await ahead.answers(some)).toEqual([answerOf('a')])
  expect(asked.map(({ names }) => names)).toEqual(['a', 'a'])
})

test('what is not wanted is ended, and asked anew where it is wanted later', async () => {
  const { ahead, asked, some } = start(2, 1)
  ahead.drop()
  expect(asked[0]?.signal?.aborted).toBe(true)
  expect(await ahead.answers(some)).toEqual([answerOf('a')])
  expect(asked[1]?.signal).toBeUndefined()
})
