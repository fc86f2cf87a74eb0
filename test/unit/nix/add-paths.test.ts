import { describe, expect, test } from 'vitest'
import { addPathsRequest, readAnswers } from '../../../src/nix/add-paths.ts'

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

/** Reads what a daemon would of a request. */
function reader(bytes: Buffer) {
  let at = 0
  const number = (): number => {
    at += 8
    return Number(bytes.readBigUInt64LE(at - 8))
  }
  const raw = (length: number): Buffer => {
    at += length
    return bytes.subarray(at - length, at)
  }
  const text = (): string => {
    const length = number()
    const value = raw(length).toString()
    raw((8 - (length % 8)) % 8)
    return value
  }
  const texts = (): string[] => Array.from({ length: number() }, text)
  return { number, raw, text, texts, left: () => bytes.length - at }
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const collect = async (bytes: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = []
  for await (const some of bytes) all.push(some)
  return Buffer.concat(all)
}

describe('what is said to a daemon', () => {
  test('greeting, settings, and all paths in one operation of frames', async () => {
    const path = (name: string, nar: Buffer, references: readonly string[]) => ({
      path: `/nix/store/${name}`,
      narHash: 'ab'.repeat(32),
      narSize: nar.length,
      references,
      signatures: [`key:${name}`],
      nar: () => inPieces(nar, 100_000),
    })
    const [small, large] = [Buffer.from('nar of a'), Buffer.alloc(2_600_000, 'x')]
    const paths = [path('a', small, []), path('b', large, ['/nix/store/a', '/nix/store/b'])]
    const { number, raw, text, left } = reader(
      await collect(addPathsRequest(paths.length, paths, { 'extra-trusted-public-keys': 'key:x' })),
    )
    expect([number(), number(), number(), number()]).toEqual([0x6e697863, 0x123, 0, 0])
    expect(number()).toBe(19)
    expect(Array.from({ length: 12 }, number)).toEqual([0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1])
    expect([number(), text(), text()]).toEqual([1, 'extra-trusted-public-keys', 'key:x'])
    expect([number(), number(), number()]).toEqual([44, 0, 0])
    const frames: Buffer[] = []
    for (let size = number(); size > 0; size = number()) frames.push(raw(size))
    expect(left()).toBe(0)
    expect(frames.length).toBeGreaterThan(1)
    const inner = reader(Buffer.concat(frames))
    expect(inner.number()).toBe(2)
    for (const { path, references, signatures, nar } of paths) {
      expect([inner.text(), inner.text(), inner.text()]).toEqual([path, '', 'ab'.repeat(32)])
      expect(inner.texts()).toEqual(references)
      const bytes = await collect(nar())
      expect([inner.number(), inner.number(), inner.number()]).toEqual([0, bytes.length, 0])
      expect([inner.texts(), inner.text()]).toEqual([signatures, ''])
      expect(inner.raw(bytes.length).equals(bytes)).toBe(true)
    }
    expect(inner.left()).toBe(0)
  })

  const [last, error] = [number(0x616c7473), number(0x63787470)]
  const greeting = [number(0x6478696f), number(0x126), number(6), Buffer.from('2.34.8\0\0')]
  test.each([
    ['three operations ended', [...greeting, last, last, last], true],
    ['it hung up', [...greeting, last, last], false],
    ['an error', [...greeting, last, last, error, number(5), Buffer.from('Error\0\0\0')], false],
    ['nothing', [], false],
  ])('its answers: %s', async (name, words, expected) => {
    const bytes = Buffer.concat(words)
    for (const size of [1, 5, 8, 1000])
      expect(await readAnswers(inPieces(bytes, size)), `${name}, ${size}`).toBe(expected)
  })
})
