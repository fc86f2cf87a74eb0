import { expect, test } from 'vitest'
import { schedule } from '../../../src/build/schedule.ts'
import type { Plan } from '../../../src/strategy/types.ts'

const plan = (strategy: string, name: string): Plan =>
  ({ choice: { strategy, evaluated: { drvPath: `/nix/store/${'a'.repeat(32)}-${name}.drv` } } }) as unknown as Plan
const limits = { keepGoing: true, buildTimeout: 0, silentTimeout: 60 }

test('one batch for all, without a silent limit', () => {
  const batches = schedule([plan('native', 'a'), plan('cross', 'b'), plan('cross', 'b')], limits)
  expect(batches).toHaveLength(1)
  expect(batches[0]?.derivations).toHaveLength(2)
  expect(batches[0]?.args).toContain('--keep-going')
  expect(batches[0]?.args.join(' ')).not.toContain('max-silent-time')
})

test('emulated derivations have a batch of their own, with the silent limit', () => {
  const batches = schedule([plan('native', 'a'), plan('emulated', 'b')], {
    ...limits,
    buildTimeout: 9,
    keepGoing: false,
  })
  expect(batches.map(({ derivations, silentTimeout }) => [derivations.length, silentTimeout])).toEqual([
    [1, 0],
    [1, 60],
  ])
  expect(batches[1]?.args.join(' ')).toBe('--log-format internal-json --option timeout 9 --option max-silent-time 60')
})

test('a cross build that runs programs of the target under an emulator has the silent limit too', () => {
  const hybrid = plan('cross', 'c')
  const batches = schedule(
    [plan('cross', 'b'), { ...hybrid, choice: { ...hybrid.choice, hybrid: true } as never }],
    limits,
  )
  expect(batches.map(({ silentTimeout }) => silentTimeout)).toEqual([0, 60])
})

test('0 is no limit, and nothing to build is no batch', () => {
  expect(schedule([plan('emulated', 'b')], { ...limits, silentTimeout: 0 })[0]?.args.join(' ')).not.toContain('silent')
  expect(schedule([], limits)).toEqual([])
})
