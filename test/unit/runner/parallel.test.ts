import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { inParallel } from '../../../src/runner/parallel.ts'

describe('work in parallel', () => {
  it('keeps its width and the order of results', async () => {
    let [busy, most] = [0, 0]
    const results = await inParallel(3, [5, 1, 4, 2, 3], async (item, index) => {
      most = Math.max(most, ++busy)
      await sleep(item)
      busy -= 1
      return `${index}:${item}`
    })
    expect(results).toEqual(['0:5', '1:1', '2:4', '3:2', '4:3'])
    expect(most).toBe(3)
    expect(await inParallel(3, [], async () => 1)).toEqual([])
  })

  it('throws the first failure when nothing is under way, and begins nothing after it', async () => {
    const begun: number[] = []
    let ended = 0
    const work = async (item: number) => {
      begun.push(item)
      await sleep(item === 2 ? 5 : 30)
      ended += 1
      if (item < 3) throw new Error(`failed: ${item}`)
    }
    await expect(inParallel(2, [1, 2, 3, 4], work)).rejects.toThrow('failed: 2')
    expect([begun, ended]).toEqual([[1, 2], 2])
  })
})
