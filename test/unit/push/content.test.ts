import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { toBase32 } from '../../../src/nix/base32.ts'
import { checkContent, unpacker } from '../../../src/push/after/content.ts'
import { describeChecks, sampleOf } from '../../../src/push/after/read-back.ts'
import { fileObjects } from '../../../src/push/destination/file.ts'
import { DestinationError } from '../../../src/push/destination/objects.ts'
import { parseNarInfo } from '../../../src/push/paths/narinfo.ts'
import { createCommands } from '../../../src/runner/commands.ts'
import { createProcessList } from '../../../src/runner/processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'content-'))
mkdirSync(join(folder, 'nar'))
afterAll(() => rmSync(folder, { recursive: true }))
const processes = createProcessList(folder)
const commands = createCommands({ privilege: 'none', processes, folder, debug: () => undefined })
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

  it('that is gone is a fault of this one', async () => {
    const info = { ...stored('none', nar), url: 'nar/gone' }
    const broken = {
      ...objects,
      stream: () => Promise.reject(new DestinationError('HTTP 404', { status: 404, passing: false })),
    }
    expect(await checkContent(broken, info, unpacker(commands))).toEqual({
      compared: 'unread',
      fault: 'its NAR cannot be read: HTTP 404',
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

describe('the NARs that are read back', () => {
  const infos = Array.from({ length: 20 }, (_, n) => ({
    ...stored('none', nar),
    fileSize: n < 10 ? 1000 : 40 * 2 ** 20,
  }))

  it('are all of them, or a few that are small enough together, or none', () => {
    expect(sampleOf(infos, 'full', Math.random)).toHaveLength(20)
    expect(sampleOf(infos, 'none', Math.random)).toEqual([])
    for (let turn = 0; turn < 20; turn += 1) {
      const chosen = sampleOf(infos, 'sample', Math.random)
      expect(chosen).toHaveLength(5)
      expect(chosen.filter(({ fileSize }) => fileSize !== 1000).length).toBeLessThan(2)
    }
  })

  it('are told with what was not compared', () => {
    const [first = stored('none', nar)] = infos
    const text = describeChecks('file:///c', [
      [first, { compared: 'nar' }],
      [{ ...first, compression: 'lz4' }, { compared: 'packed' }],
    ])
    expect(text).toBe(
      'file:///c: 2 NARs read back whole, NAR hash compared for 1, only the file hash for 1, since nothing here unpacks lz4',
    )
    expect(describeChecks('file:///c', [[first, { compared: 'unread', fault: 'gone' }]])).toBe(
      'file:///c: 0 NARs read back whole, NAR hash compared for 0, 1 cannot be read',
    )
  })
})
