import { parseSigningKey } from '../nix/signing-key.ts'
import { parseDestination, placeOf, secretsOf } from '../nix/store-url.ts'
import type { System } from '../nix/system.ts'
import { UserError } from '../runner/errors.ts'
import type { Destination, Inputs, NixSource, QemuSource, SigningKey, Target } from './inputs.ts'
import { isStrategy, parseTarget, targetOfSystem } from './targets.ts'
import { bad, boolean, type Checked, commandWords, listed, ok, oneOf, seconds, words } from './values.ts'

const COMPRESSIONS = ['zstd', 'xz', 'bzip2', 'gzip', 'br', 'none'] as const

/** Text of an input, defaults filled in; empty where there is none. */
export type ReadInput = (name: string) => string

/**
 * Parses and checks all inputs.
 * @param runnerSystem system of the machine; the target where none is given
 * @throws UserError that lists every problem, each with the input's name, its value and what is allowed
 */
export function parseInputs(read: ReadInput, runnerSystem: System | undefined): Inputs {
  const problems: string[] = []
  const take = <T>(name: string, parse: (text: string) => Checked<T>): T => {
    const checked = parse(read(name))
    if ('value' in checked) return checked.value
    problems.push(`${name}: ${checked.problem}`)
    return undefined as T // never seen: the problems are thrown below
  }
  const nixSha256 = take('nix-sha256', parseSha256)
  const inputs: Inputs = {
    flake: take('flake', parseFlake),
    targets: take('targets', (text) => parseTargets(text, take('strategy', parseStrategy), runnerSystem)),
    packages: take('packages', parsePackages),
    prefer: take('prefer', (text) => oneOf(text, ['speed', 'native-paths'])),
    crossAttribute: take('cross-attribute', parseTemplate),
    nixSource: take('nix-source', (text) => parseNixSource(text, nixSha256)),
    nixVersion: take('nix-version', parseVersion),
    extraNixConfig: read('extra-nix-config'),
    githubToken: take('github-token', parseToken),
    qemu: take('qemu', (text) => oneOf(text, ['auto', 'always', 'never'])),
    qemuSource: take('qemu-source', parseQemuSource),
    pushTo: take('push-to', parseDestinations),
    signingKey: take('signing-key', parseKey),
    skipUpstream: take('skip-upstream', parseUpstream),
    compression: take('compression', (text) => oneOf(text, COMPRESSIONS)),
    onPushFailure: take('on-push-failure', (text) => oneOf(text, ['fail', 'warn'])),
    pushWhen: take('push-when', (text) => oneOf(text, ['end', 'built'])),
    verify: take('verify', (text) => oneOf(text, ['sample', 'full', 'none'])),
    cache: take('cache', (text) => oneOf(text, ['auto', 'true', 'false', 'read-only'])),
    checkArchitecture: take('check-architecture', boolean),
    smokeTest: take('smoke-test', parseSmokeTest),
    keepGoing: take('keep-going', boolean),
    buildTimeout: take('build-timeout', seconds),
    silentTimeout: take('silent-timeout', seconds),
    dryRun: take('dry-run', boolean),
  }
  if (problems.length > 0) throw new UserError(describeProblems(problems))
  return inputs
}

/** Texts among the inputs that must be masked before anything is printed. */
export function secretInputs(read: ReadInput): readonly string[] {
  const key = read('signing-key').trim()
  return [
    key,
    key.slice(key.indexOf(':') + 1),
    read('github-token'),
    ...tokensOf(read('extra-nix-config')),
    ...words(read('push-to')).flatMap(secretsOf),
  ].filter((text) => text.length >= 4)
}

/** Also of lines that Nix will refuse, and show. */
const tokensOf = (conf: string): readonly string[] =>
  conf
    .split('\n')
    .filter((line) => line.includes('access-tokens'))
    .flatMap((line) => line.replace(/^.*?access-tokens\s*=?/, '').split(/\s+/))
    .map((pair) => pair.slice(pair.indexOf('=') + 1))

export function describeProblems(problems: readonly string[]): string {
  const heading = problems.length === 1 ? 'An input is wrong:' : `${problems.length} inputs are wrong:`
  return [heading, ...problems.map((problem) => `- ${problem}`)].join('\n')
}

export function parseFlake(text: string): Checked<string> {
  if (/[\0\n\r]/.test(text) || text.startsWith('-')) return bad(`"${text}" is not a flake reference`)
  if (text.includes('#'))
    return bad(`"${text}" names an attribute; give the flake alone, and the attribute in packages`)
  return ok(text === '' ? '.' : text)
}

export function parseStrategy(text: string): Checked<Target['strategy']> {
  return isStrategy(text) ? ok(text) : bad(`"${text}" is not allowed; use auto, native, cross or emulated`)
}

export function parseTargets(
  text: string,
  strategy: Target['strategy'],
  runnerSystem: System | undefined,
): Checked<readonly Target[]> {
  const given = words(text)
  if (given.length === 0) {
    const own = runnerSystem && targetOfSystem(runnerSystem, strategy ?? 'auto')
    return own === undefined ? bad('this machine is no Linux that is known; name the targets') : ok([own])
  }
  const parsed = given.map((entry) => parseTarget(entry, strategy ?? 'auto'))
  const problems = parsed.filter((target) => typeof target === 'string')
  const targets = parsed.filter((target) => typeof target !== 'string')
  for (const [index, target] of targets.entries()) {
    if (targets.findIndex((other) => other.name === target.name) < index)
      problems.push(`"${target.name}" is there twice`)
  }
  return problems.length > 0 ? bad(problems.join('; ')) : ok(targets)
}

export function parsePackages(text: string): Checked<readonly string[]> {
  const names = [...new Set(words(text))]
  if (names.length === 0) return bad('no package is named; use a name, an attribute path or *')
  const wrong = names.filter(
    (name) => name !== '*' && !isAttributePath(name.replace(/\.\*$/, '').replaceAll('{target}', 'x')),
  )
  if (wrong.length === 0) return ok(names)
  const hints = HINTS.filter(([sign]) => wrong.some((name) => sign.test(name))).map(([, hint]) => `; ${hint}`)
  return bad(`${quoted(wrong)} is not an attribute path${hints.join('')}`)
}

/** What others write, and what is meant by it here. */
const HINTS: readonly (readonly [sign: RegExp, hint: string])[] = [
  [/\*/, 'of patterns there are * for every package, and PATH.* for all right below a path, such as checks.{target}.*'],
  [/^!/, 'nothing can be left out: name what is to be built'],
  [/\^/, 'all outputs are built: leave what follows ^ away'],
  [/#/, 'the flake stands in the input flake: give what follows #'],
]

/** Names joined by dots, each plain (`hello`, `foldl'`) or in double quotes, as after the `#` of an installable. */
function isAttributePath(text: string): boolean {
  const name = /"(?:[^"\\]|\\.)*"|(?!')[^\s".$`\\;(){}#*!^]+/.source
  return new RegExp(`^(?:${name})(?:\\.(?:${name}))*$`).test(text) && !text.startsWith('-')
}

export function parseTemplate(text: string): Checked<string | undefined> {
  if (text === '') return ok(undefined)
  const holes = text.match(/\{[^}]*\}/g) ?? []
  const allowed = ['{build}', '{target}', '{cross}', '{triple}', '{package}']
  const unknown = holes.filter((hole) => !allowed.includes(hole))
  if (unknown.length > 0) return bad(`"${text}" has ${quoted(unknown)}; allowed are ${listed(allowed)}`)
  return isAttributePath(text.replace(/\{[^}]*\}/g, 'x')) ? ok(text) : bad(`"${text}" is not an attribute path`)
}

export function parseNixSource(text: string, sha256: string | undefined): Checked<NixSource> {
  const word = oneOf(text, ['auto', 'existing', 'release', 'distro'])
  if ('value' in word) {
    return sha256 === undefined
      ? ok({ kind: word.value })
      : bad(
          `"${text}" names no tarball, of which nix-sha256 is the checksum; give its URL or path, or take nix-sha256 away`,
        )
  }
  if (/^https?:\/\//i.test(text)) {
    if (sha256 === undefined) return bad(`"${text}" is a URL: give the tarball's SHA-256 in nix-sha256`)
    return ok({ kind: 'tarball', location: text, sha256 })
  }
  if (/^[a-z0-9+.-]+:\/\//i.test(text) && !/^file:\/\/(localhost)?\//.test(text))
    return bad(`"${text}" is no URL that is known here; use https://…, file:///… or a path`)
  if (/\.tar(\.\w+)?$/.test(text) || text.includes('/')) return ok({ kind: 'tarball', location: text, sha256 })
  return bad(`"${text}" is not allowed; use auto, existing, release, distro, or the URL or path of a release tarball`)
}

export function parseVersion(text: string): Checked<string> {
  return /^\d+\.\d+(\.\d+)?$/.test(text) ? ok(text) : bad(`"${text}" is not a version such as 2.34.7`)
}

export function parseSha256(text: string): Checked<string | undefined> {
  if (text === '') return ok(undefined)
  return /^[0-9a-fA-F]{64}$/.test(text) ? ok(text.toLowerCase()) : bad(`"${text}" is not a SHA-256 in hex (64 digits)`)
}

/** It becomes a part of a line of nix.conf. */
export function parseToken(text: string): Checked<string | undefined> {
  return /\s/.test(text) ? bad('it holds white space; a token is one word') : ok(text || undefined)
}

function parseQemuSource(text: string): Checked<QemuSource> {
  const word = oneOf(text, ['auto', 'existing', 'distro', 'nix'])
  if ('value' in word) return ok({ kind: word.value })
  if (text.includes('/')) return ok({ kind: 'folder', path: text })
  return bad(
    `"${text}" is not allowed; use auto, existing, distro, nix, or the path of a folder that holds qemu-<arch>`,
  )
}

function parseDestinations(text: string): Checked<readonly Destination[]> {
  const parsed = words(text).map(parseDestination)
  const problems = parsed.flatMap((destination) => ('problem' in destination ? [destination.problem] : []))
  const destinations = parsed.flatMap((destination) => ('problem' in destination ? [] : [destination]))
  // one that is named twice would be pushed to twice at once, and counted so
  const first = new Map(destinations.toReversed().map((destination) => [placeOf(destination), destination]))
  return problems.length > 0
    ? bad(problems.join('; '))
    : ok(destinations.filter((each) => first.get(placeOf(each)) === each))
}

function parseKey(text: string): Checked<SigningKey | undefined> {
  if (text.trim() === '') return ok(undefined)
  const key = parseSigningKey(text)
  return 'problem' in key ? bad(key.problem) : ok(key)
}

function parseUpstream(text: string): Checked<readonly string[] | 'substituters'> {
  if (text === 'true') return ok('substituters')
  const urls = words(text === 'false' ? '' : text)
  const wrong = urls.filter((url) => !/^(https?|file|s3):\/\//.test(url))
  return wrong.length === 0
    ? ok(urls)
    : bad(`${quoted(wrong)} is no URL of a binary cache (https://cache.nixos.org), nor true`)
}

function parseSmokeTest(text: string): Checked<readonly string[] | undefined> {
  if (text.trim() === '') return ok(undefined)
  const command = commandWords(text)
  return 'value' in command ? command : bad(`"${text}": ${command.problem}`)
}

const quoted = (texts: readonly string[]): string => texts.map((text) => `"${text}"`).join(', ')
