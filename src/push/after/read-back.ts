import type { StorePath } from '../../nix/store-path.ts'
import { count } from '../../nix/units.ts'
import { inParallel } from '../../runner/parallel.ts'
import type { Runner } from '../../runner/ports.ts'
import type { PathFacts } from '../paths/closure.ts'
import type { NarInfo } from '../paths/narinfo.ts'
import { type NoTarget, reasonOf, signWhatIsThere, type Target } from '../target.ts'
import type { PushRequest } from '../types.ts'
import { type ContentCheck, checkContent, unpacker } from './content.ts'
import { type Found, faultOf } from './found.ts'
import { lookUp } from './look-up.ts'
import type { Seen } from './report.ts'

const CONTENTS_AT_A_TIME = 4
/** How many NARs `verify: sample` reads whole, and how many bytes of all of them; unpacked they may have more. */
const SAMPLE_PATHS = 5
const SAMPLE_BYTES = 64 * 1024 * 1024
const UNPACKED_TIMES = 4

/** Adds missing signatures and looks at the destination again. Never throws. */
export async function readBack(
  runner: Runner,
  target: Target,
  { key, verify }: PushRequest,
  own: readonly PathFacts[],
): Promise<Seen> {
  const { objects, delivery, before } = target
  const dead = delivery.dead === undefined ? {} : { reason: delivery.dead }
  try {
    const { infos, failed } = await signWhatIsThere(target, key)
    const lost = new Map([...delivery.lost, ...failed])
    const written = new Map([...delivery.written, ...infos])
    const known = new Map<StorePath, Found>([...before, ...[...written].map(asFound)])
    if (verify === 'none') {
      const foreign = [...known].flatMap(([path, found]) =>
        found.state === 'foreign' ? [[path, found.reason] as const] : [],
      )
      const faults = new Map([...lost, ...foreign])
      return { ...seenOf(before, known), faults, verified: 0, ...dead }
    }
    const changed = own.filter(({ path }) => before.get(path)?.state !== 'good')
    const sample = sampleOf(infosIn(known), verify, Math.random)
    const [found, contents] = await Promise.all([
      lookUp(objects, changed, key?.publicKey, written),
      checkContents(runner, target, sample),
    ])
    const after = new Map([...before, ...found])
    const faults = new Map([...contents, ...faultsIn(after), ...lost])
    return { ...seenOf(before, after), faults, verified: after.size - faults.size, ...dead }
  } catch (cause) {
    const reason = delivery.dead ?? `reading back: ${reasonOf(cause)}`
    const good = new Map([...before].filter(([, { state }]) => state === 'good'))
    return { ...seenOf(before, good), faults: delivery.lost, verified: 0, reason }
  }
}

/** A target that could not be opened. */
export const unseen = ({ reason }: NoTarget): Seen => ({
  before: new Set(),
  after: new Map(),
  faults: new Map(),
  verified: 0,
  reason,
})

const asFound = ([path, info]: readonly [StorePath, NarInfo]): readonly [StorePath, Found] => [
  path,
  { state: 'good', info, bytes: info.fileSize ?? 0 },
]

const seenOf = (before: Target['before'], after: Target['before']): Pick<Seen, 'before' | 'after'> => ({
  before: new Set([...before].flatMap(([path, { state }]) => (state === 'good' ? [path] : []))),
  after: new Map(
    [...after].flatMap(([path, found]) =>
      found.state === 'good' || found.state === 'unsigned'
        ? [[path, { bytes: found.bytes, signatures: found.info.signatures }] as const]
        : [],
    ),
  ),
})

const infosIn = (known: ReadonlyMap<StorePath, Found>): readonly NarInfo[] =>
  [...known.values()].flatMap((found) => (found.state === 'good' ? [found.info] : []))

const faultsIn = (seen: ReadonlyMap<StorePath, Found>): readonly (readonly [StorePath, string])[] =>
  [...seen].flatMap(([path, found]) => {
    const fault = faultOf(found)
    return fault === undefined ? [] : [[path, fault] as const]
  })

/** What is wrong with the contents of NARs, by path. */
async function checkContents(
  { log, commands }: Runner,
  { objects, destination }: Target,
  infos: readonly NarInfo[],
): Promise<ReadonlyMap<StorePath, string>> {
  const unpack = unpacker(commands)
  const checks = await inParallel(
    CONTENTS_AT_A_TIME,
    infos,
    async (info) => [info, await checkContent(objects, info, unpack)] as const,
  )
  if (checks.length > 0) log.info(describeChecks(destination.shown, checks))
  return new Map(checks.flatMap(([{ path }, { fault }]) => (fault === undefined ? [] : [[path, fault] as const])))
}

/** Which hashes were compared, in a sentence. */
export function describeChecks(shown: string, checks: readonly (readonly [NarInfo, ContentCheck])[]): string {
  const read = checks.filter(([, { compared }]) => compared !== 'unread')
  const number = (wanted: ContentCheck['compared']) => checks.filter(([, { compared }]) => compared === wanted).length
  const methods = [...new Set(read.flatMap(([info, { compared }]) => (compared === 'nar' ? [] : [info.compression])))]
  const [packed, nothing] = [number('packed'), number('nothing')]
  return [
    `${shown}: ${count(read.length, 'NAR')} read back whole, NAR hash compared for ${number('nar')}`,
    ...(number('unread') === 0 ? [] : [`${number('unread')} cannot be read`]),
    ...(packed === 0 ? [] : [`only the file hash for ${packed}`]),
    ...(nothing === 0 ? [] : [`nothing for ${nothing}`]),
    ...(methods.length === 0 ? [] : [`since nothing here unpacks ${methods.join(', ')}`]),
  ].join(', ')
}

/** NARs whose content is read back: all, or a few that change from run to run and are small enough together. */
export function sampleOf(
  infos: readonly NarInfo[],
  verify: 'sample' | 'full' | 'none',
  random: () => number,
): readonly NarInfo[] {
  if (verify !== 'sample') return verify === 'full' ? infos : []
  const shuffled = infos.map((info) => ({ info, order: random() })).sort((a, b) => a.order - b.order)
  let room = SAMPLE_BYTES
  const chosen: NarInfo[] = []
  for (const { info } of shuffled) {
    const bytes = Math.max(info.fileSize ?? 0, info.narSize / UNPACKED_TIMES)
    if (chosen.length === SAMPLE_PATHS || bytes > room) continue
    room -= bytes
    chosen.push(info)
  }
  return chosen
}
