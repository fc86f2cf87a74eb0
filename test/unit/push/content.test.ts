import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { toBase32 } from '../../../src/nix/base32.ts'
import { checkContent, unpacker } from '../../../src/push/content.ts'
import { fileObjects } from '../../../src/push/destination/file.ts'
import { parseNarInfo } from '../../../src/push/narinfo.ts'
import { createCommands } from '../../../src/runner/commands.ts'
import { createProcessList } from '../../../src/runner/processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'content-'))
mkdirSync(join(folder, 'nar'))
afterAll(() => rmSync(folder, { recursive: true }))
const processes = createProcessList(folder)
const commands = createCommands({ privilege: 'none', processes, debug: () => undefined })
const objects = fileObjects(folder)
const nar = Buffer.concat([randomBytes(700_000), Buffer.alloc(700_000, 'text')])
const hash = (data: Uint8Array): string => `sha256:${toBase32(createHash('sha256').update(data).digest())}`

/** A cache with one NAR, and its narinfo. @param claimed what the narinfo says is in it */
function stored(compression: string, packed: Buffer, claimed: Buffer = nar) {
  writeFileSync(join(folder, `nar/${compression}`), packed)
  return parseNarInfo(
    [
      `StorePath: /nix/store/${'0'.repeat(32)}-some`,
      `URL: nar/${compression}\nCompression: ${compression}`,
      `FileHash: ${hash(packed)}\nFileSize: ${packed.length}`,
      `NarHash: ${hash(claimed)}\nNarSize: ${claimed.length}\nReferences: \n`,
    ].join('\n'),
  )
}

const program = (tool: string): Buffer => execFileSync(tool, ['-c'], { input: nar, maxBuffer: 1e9 })
const packings: readonly (readonly [string, () => Buffer])[] = [
  ['none', () => nar],
  ['gzip', () => gzipSync(nar)],
  ['zstd', () => program('zstd')],
  ['xz', () => program('xz')],
]

describe('the content of a NAR at a destination', () => {
  it.each(packings)('is compared by the hash of the NAR itself: %s', async (compression, pack) => {
    const packed = pack()
    const check = (claimed?: Buffer) => checkContent(objects, stored(compression, packed, claimed), unpacker(commands))
    expect(await check()).toEqual({ compared: 'nar' })
    // a file that is just what its narinfo says, but of something else than what was signed
    expect(await check(Buffer.from('other'))).toEqual({
      compared: 'nar',
      fault: expect.stringMatching(/its NAR is wrong/),
    })
    expect(processes.live.size).toBe(0)
  })

  it.each(packings.slice(1))('that is damaged is found: %s', async (compression, pack) => {
    const packed = pack()
    const info = stored(compression, packed)
    packed[packed.length >> 1] = (packed[packed.length >> 1] ?? 0) ^ 255
    writeFileSync(join(folder, info.url), packed)
    const { fault } = await checkContent(objects, info, unpacker(commands))
    expect(fault).toMatch(/wrong|cannot be unpacked/)
  })

  it('is compared also where it was packed in several frames', async () => {
    const half = nar.length >> 1
    const frames = [nar.subarray(0, half), nar.subarray(half)].map((input) => execFileSync('zstd', ['-c'], { input }))
    expect(await checkContent(objects, stored('zstd', Buffer.concat(frames)), unpacker(commands))).toEqual({
      compared: 'nar',
    })
  })

  it('is compared as a file where nothing unpacks it', async () => {
    const info = stored('zstd', program('zstd'))
    expect(await checkContent(objects, info, () => [])).toEqual({ compared: 'packed' })
    writeFileSync(join(folder, info.url), 'other')
    const { fault } = await checkContent(objects, info, () => [])
    expect(fault).toMatch(/its file is wrong/)
  })
})
