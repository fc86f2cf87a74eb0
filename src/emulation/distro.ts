import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Runner } from '../runner/ports.ts'
import { type Candidate, cacheVersion, complaintOf, parseCandidate } from './packages.ts'

/** Candidates of one source for an architecture: paths that may or may not be there. */
export interface Offer {
  readonly paths: readonly string[]
  readonly origin: string
  /** Why there are no paths, where there are none. */
  readonly none: string
}

/**
 * Packages of Debian and Ubuntu with QEMU's user mode. Until Debian 12 and Ubuntu 24.04 the first one is the static one;
 * later it is an empty one that depends on the second, which is static since QEMU 9.1.
 */
const PACKAGES = ['qemu-user-static', 'qemu-user']

const DOWNLOAD_SECONDS = 900
const TRIES = 3

/** Options of apt-get: bounded tries and times, nothing that is not needed. */
const POLITE = [
  'Acquire::Retries=3',
  'Acquire::http::Timeout=60',
  'Acquire::https::Timeout=60',
  'Acquire::Languages=none',
].flatMap((option) => ['-o', option])

/**
 * Takes emulators out of the distribution's package without installing it. apt checks the package against the signed
 * lists of the distribution. The machine's own lists are read; where they are missing or too old, a private copy is
 * fetched into the run's folder, so that the machine's stay as they are and root is not needed.
 * @param names QEMU's names of architectures
 */
export async function fetchFromDistribution(
  runner: Runner,
  names: readonly string[],
): Promise<ReadonlyMap<string, Offer>> {
  const nothing = (none: string) => new Map(names.map((name) => [name, { paths: [], origin: '', none }]))
  if (runner.commands.find('apt-get') === undefined || runner.commands.find('dpkg-deb') === undefined) {
    return nothing(
      'the distribution has no apt-get and dpkg-deb, and QEMU is taken from packages of Debian and Ubuntu only',
    )
  }
  let why = ''
  for (const fetchLists of [machineLists, privateLists]) {
    const lists = await fetchLists(runner)
    const taken = await takeFirst(runner, lists, names)
    if (typeof taken !== 'string') return new Map([...nothing('the package has no such emulator'), ...taken])
    why = taken
  }
  return nothing(why)
}

/** Emulators of the first package that has some of them. A text says why none has. */
async function takeFirst(
  runner: Runner,
  { options, candidates, said }: Lists,
  names: readonly string[],
): Promise<ReadonlyMap<string, Offer> | string> {
  let why = `apt knows no package ${PACKAGES.join(' or ')} (in Ubuntu it is in the component universe)`
  if (said !== '') why += `; apt-get update said “${said}”`
  for (const candidate of candidates) {
    const taken = await take(runner, options, candidate, names)
    if (typeof taken !== 'string' && taken.size > 0) return taken
    why = typeof taken === 'string' ? taken : `the package ${candidate.name} has no such emulator`
  }
  return why
}

/** Package lists, as options of apt-get, and what they know. */
interface Lists {
  readonly options: readonly string[]
  readonly candidates: readonly Candidate[]
  /** What apt-get update complained of. */
  readonly said: string
}

const machineLists = async (runner: Runner): Promise<Lists> => ({
  options: POLITE,
  candidates: await findCandidates(runner, POLITE),
  said: '',
})

/** Fetches the package lists into the run's folder. */
async function privateLists(runner: Runner): Promise<Lists> {
  const folder = join(runner.facts.folder, 'emulation', 'apt')
  await runner.files.makeDirectory(join(folder, 'lists', 'partial'))
  await runner.files.makeDirectory(join(folder, 'cache', 'archives', 'partial'))
  const places = [`Dir::State::lists=${folder}/lists`, `Dir::Cache=${folder}/cache`, 'APT::Sandbox::User=root']
  const options = [...POLITE, ...places.flatMap((option) => ['-o', option])]
  for (let attempt = 1; ; attempt++) {
    runner.log.info('qemu-source distro: apt-get update, with lists of this run’s own')
    const { stderr } = await apt(runner, [...options, 'update', '-qq'], folder)
    // Another repository that is down is no reason to stop: what counts is whether the package is known now.
    const candidates = await findCandidates(runner, options)
    if (candidates.length > 0 || attempt === TRIES) return { options, candidates, said: complaintOf(stderr) }
    await sleep(attempt * 5000)
  }
}

const apt = async (runner: Runner, args: readonly string[], cwd: string) =>
  await runner.commands.run(
    { tool: 'apt-get', args, cwd, env: { LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' } },
    { accept: 'any', timeoutSeconds: DOWNLOAD_SECONDS },
  )

async function findCandidates(runner: Runner, options: readonly string[]): Promise<readonly Candidate[]> {
  const found: Candidate[] = []
  for (const name of PACKAGES) {
    const { stdout } = await apt(runner, [...options, 'download', '--print-uris', name], runner.facts.folder)
    const candidate = parseCandidate(name, stdout)
    if (candidate !== undefined) found.push(candidate)
  }
  return found
}

/** Emulators of a package: from the tool cache, or downloaded and kept there. A text says why that failed. */
async function take(
  runner: Runner,
  options: readonly string[],
  candidate: Candidate,
  names: readonly string[],
): Promise<ReadonlyMap<string, Offer> | string> {
  const version = cacheVersion(candidate)
  const cached = await Promise.all(names.map((name) => runner.tools.find(`qemu-${name}`, version)))
  const folders = cached.every((folder) => folder !== undefined)
    ? new Map(names.map((name, index) => [name, cached[index] ?? '']))
    : await unpack(runner, options, candidate, names)
  if (typeof folders === 'string') return folders
  const origin = `the package ${candidate.name} ${candidate.version}`
  const offers = [...folders].map(([name, folder]): [string, Offer] => [
    name,
    { paths: [join(folder, `qemu-${name}`)], origin, none: `${candidate.name} lost its qemu-${name}` },
  ])
  return new Map(offers)
}

async function unpack(
  runner: Runner,
  options: readonly string[],
  candidate: Candidate,
  names: readonly string[],
): Promise<ReadonlyMap<string, string> | string> {
  const folder = join(runner.facts.folder, 'emulation', candidate.name)
  await runner.files.makeDirectory(folder)
  runner.log.info(`qemu-source distro: apt-get download ${candidate.name} ${candidate.version}`)
  const download = await apt(runner, [...options, 'download', '-qq', candidate.name], folder)
  const file = readdirSync(folder).find((name) => name.endsWith('.deb'))
  if (download.exitCode !== 0 || file === undefined) {
    return `apt-get download ${candidate.name} failed (${download.stopped ?? complaintOf(download.stderr)})`
  }
  const root = join(folder, 'root')
  await runner.commands.run({ tool: 'dpkg-deb', args: ['-x', file, root], cwd: folder }, { timeoutSeconds: 300 })
  const kept = new Map<string, string>()
  for (const name of names) {
    const place = await keepEmulator(runner, join(root, 'usr', 'bin'), name, cacheVersion(candidate))
    if (place !== undefined) kept.set(name, place)
  }
  await runner.files.remove(folder)
  return kept
}

/** Copies one emulator out of hundreds of megabytes, and into the tool cache; gives the folder of `qemu-<name>`. */
export async function keepEmulator(
  runner: Runner,
  bin: string,
  name: string,
  version: string,
): Promise<string | undefined> {
  for (const file of [`qemu-${name}-static`, `qemu-${name}`]) {
    // A file that is not there, or a link to what another package has, is passed over.
    const content = await readFile(join(bin, file)).catch(() => undefined)
    if (content === undefined) continue
    const folder = join(runner.facts.folder, 'emulation', 'qemu', name)
    await runner.files.makeDirectory(folder)
    await runner.files.write(join(folder, `qemu-${name}`), content, { mode: 0o755 })
    return await runner.tools.save(folder, `qemu-${name}`, version)
  }
  return undefined
}
