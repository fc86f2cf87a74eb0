import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { CacheEntry } from '../../../src/cache/types.ts'
import { toBase32 } from '../../../src/nix/base32.ts'
import { parseStorePath, type StorePath } from '../../../src/nix/store-path.ts'

const digits = (text: string): string => toBase32(createHash('sha256').update(text).digest())

export const pathOf = (name: string | number): StorePath =>
  parseStorePath(`/nix/store/${digits(`path ${name}`).slice(0, 32)}-p${name}`)

/** Content of a NAR file, as far as these tests care. */
export const contentOf = (name: string | number): string => `compressed ${name}`

export const entryOf = (
  name: string | number,
  references: readonly (string | number)[] = [],
  fileSize?: number,
): CacheEntry => ({
  path: pathOf(name),
  narHash: `sha256:${digits(`nar ${name}`)}`,
  narSize: 100,
  fileHash: digits(contentOf(name)),
  fileSize: fileSize ?? contentOf(name).length,
  references: references.map(pathOf),
})

export const nameOf = (name: string | number): string => pathOf(name).slice(11, 43)

/** Entries 0 … n-1 that refer to themselves and to earlier ones: what closures look like. */
export const graphs = fc
  .array(fc.tuple(fc.array(fc.nat({ max: 30 }), { maxLength: 4 }), fc.nat({ max: 1000 }), fc.nat({ max: 9 })), {
    maxLength: 30,
  })
  .map((rows) =>
    rows.map(([references, bytes, used], at) => ({
      at,
      references: references.filter((other) => other <= at),
      bytes,
      used,
    })),
  )
