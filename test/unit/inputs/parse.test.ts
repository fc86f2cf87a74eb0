import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { parseInputs, secretInputs } from '../../../src/inputs/parse.ts'
import { commandWords } from '../../../src/inputs/values.ts'
import type { System } from '../../../src/nix/system.ts'
import { readDefaults } from '../../../src/runner/defaults.ts'

const actionYml = readFileSync('action.yml', 'utf8')
const defaults = readDefaults(actionYml)
const reader = (given: Record<string, string>) => (name: string) => given[name] ?? defaults.get(name) ?? ''
const parse = (given: Record<string, string> = {}) => parseInputs(reader(given), 'x86_64-linux' as System)
const problemsOf = (given: Record<string, string>): string => {
  try {
    parse(given)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

describe('defaults', () => {
  test('are those of action.yml, expressions empty', () => {
    const yaml = parseYaml(actionYml) as { inputs: Record<string, { default: string }> }
    const expected = Object.entries(yaml.inputs).map(([name, input]) => [
      name,
      input.default.startsWith('${{') ? '' : input.default,
    ])
    expect(Object.fromEntries(defaults)).toEqual(Object.fromEntries(expected))
  })

  test('alone are valid: the runner builds for itself', () => {
    expect(parse()).toMatchObject({
      flake: '.',
      targets: [{ name: 'x86_64-linux', system: 'x86_64-linux', strategy: 'auto', plain: true }],
      packages: ['default'],
      nixSource: { kind: 'auto' },
      silentTimeout: 1800,
      checkArchitecture: true,
      smokeTest: undefined,
      signingKey: undefined,
    })
  })
})

describe('lists', () => {
  test('are separated by commas, spaces and new lines', () => {
    const { targets, packages } = parse({
      targets: 'x86_64-linux, aarch64-linux=cross\nriscv64-linux',
      packages: 'a b\nc,a "d, e".f',
    })
    expect(targets.map(({ name, strategy }) => `${name}=${strategy}`)).toEqual([
      'x86_64-linux=auto',
      'aarch64-linux=cross',
      'riscv64-linux=auto',
    ])
    expect(packages).toEqual(['a', 'b', 'c', '"d, e".f'])
  })

  test('packages are any names, quoted where need be, and wildcards', () => {
    const names = ['*', 'checks.{target}.*', '"a.b"', '"sp ace".x', '"quo\\"te"', '"star*"', '""', '9lives', 'é']
    expect(parse({ packages: names.join(' ') }).packages).toEqual(names)
  })

  test('strategy holds for targets that name none', () => {
    const { targets } = parse({ targets: 'aarch64-linux riscv64-linux=emulated', strategy: 'cross' })
    expect(targets.map((target) => target.strategy)).toEqual(['cross', 'emulated'])
  })
})

describe('problems', () => {
  test.each([
    ['strategy', 'fast', /- strategy: "fast" is not allowed; use auto, native, cross or emulated/],
    ['prefer', 'paths', /- prefer: "paths" is not allowed; use speed or native-paths/],
    ['keep-going', 'yes', /- keep-going: "yes" is not allowed; use true or false/],
    ['silent-timeout', '10m', /- silent-timeout: "10m"/],
    ['build-timeout', '-1', /- build-timeout: "-1"/],
    ['targets', 'sparc-sun', /- targets: "sparc-sun" is not a known target/],
    ['targets', 'aarch64-linux aarch64-linux', /- targets: "aarch64-linux" is there twice/],
    ['packages', '$(id)', /- packages: "\$\(id\)" is not an attribute path/],
    ['packages', 'gre*', /- packages: "gre\*" is not an attribute path; of patterns there are \*/],
    ['packages', '* !hello', /- packages: "!hello" is not an attribute path; nothing can be left out/],
    ['packages', 'hello^dev', /- packages: "hello\^dev" is not an attribute path; all outputs are built/],
    ['packages', '.#hello', /- packages: "\.#hello" is not an attribute path; the flake stands/],
    ['packages', '--option', /- packages: "--option" is not an attribute path/],
    ['flake', '--impure', /- flake: "--impure" is not a flake reference/],
    ['flake', '.#hello', /- flake: ".#hello" names an attribute/],
    ['nix-source', 'apt', /- nix-source: "apt" is not allowed/],
    ['nix-source', 'ftp://example.org/nix.tar.xz', /- nix-source: .*no URL that is known here/],
    ['nix-source', 'file://nix.tar.xz', /- nix-source: .*use https:.*file:\/\/\//],
    ['nix-source', 'HTTPS://example.org/nix.tar.xz', /- nix-source: .*nix-sha256/],
    ['nix-source', 'https://example.org/nix.tar.xz', /- nix-source: .*nix-sha256/],
    ['nix-sha256', 'a'.repeat(64), /- nix-source: "auto" names no tarball.*nix-sha256/],
    ['github-token', 'ghp_0123\nsandbox = false', /- github-token: it holds white space; a token is one word$/m],
    ['nix-sha256', 'abc', /- nix-sha256: "abc" is not a SHA-256/],
    ['qemu', 'yes', /- qemu: "yes"/],
    ['qemu-source', 'docker', /- qemu-source: "docker"/],
    ['push-to', 'ftp://example.org', /- push-to: .*ftp/],
    ['cross-attribute', 'packages.{system}.x', /- cross-attribute: .*\{system\}.*\{build\}, \{target\}/],
    ['compression', 'lz4', /- compression: "lz4"/],
    ['verify', 'all', /- verify: "all"/],
    ['smoke-test', "hello 'x", /- smoke-test: .*not closed/],
    ['nix-version', 'latest', /- nix-version: "latest"/],
  ])('%s: %s', (name, value, message) => {
    expect(problemsOf({ [name]: value })).toMatch(message)
  })

  test('are all reported at once', () => {
    expect(problemsOf({ strategy: 'x', verify: 'y', targets: 'z' }).split('\n')).toHaveLength(4)
  })

  test('a wrong signing key is not repeated', () => {
    expect(problemsOf({ 'signing-key': 'cache:c2VjcmV0LXNlY3JldA==' })).toMatch(/signing-key: /)
    expect(problemsOf({ 'signing-key': 'cache:c2VjcmV0LXNlY3JldA==' })).not.toContain('c2VjcmV0')
  })
})

test('a destination that is named twice is one', () => {
  const one = [
    'file:///srv/a',
    'https://me:pw@h/c?x=1',
    's3://b?region=r',
    'https://me:pw@h/c',
    'ssh://h',
    'ssh-ng://h',
  ]
  const again = [
    'file:///srv/a',
    'file:///srv//a/',
    'file:///srv/./b/../a',
    'https://me:pw@h/c/',
    'https://me:pw@h/c/?x=1',
  ]
  const { pushTo } = parse({ 'push-to': [...one, ...again].join(' ') })
  expect(pushTo.map(({ url }) => url)).toEqual(one)
})

test('secrets of the inputs are known before anything is parsed', () => {
  const secrets = secretInputs(
    reader({
      'signing-key': 'cache-1:QUJDREVG',
      'github-token': 'ghs_12345',
      'push-to': 'https://me:p%40ss-word@example.org',
      'extra-nix-config': 'access-tokens github.com=refused-1\n#access-tokens=gitlab.com=OAuth2:old-2',
    }),
  )
  expect(secrets).toEqual(
    expect.arrayContaining([
      'cache-1:QUJDREVG',
      'QUJDREVG',
      'ghs_12345',
      'p%40ss-word',
      'p@ss-word',
      'refused-1',
      'OAuth2:old-2',
    ]),
  )
})

describe('commandWords', () => {
  test.each([
    ['hello --version', ['hello', '--version']],
    [`sh -c 'hello | grep "x y"'`, ['sh', '-c', 'hello | grep "x y"']],
    ['a "b c" d\\ e', ['a', 'b c', 'd e']],
    ['a "" b', ['a', '', 'b']],
    ['$(id); `id`', ['$(id);', '`id`']],
    ['a"b"\'c\'d', ['abcd']],
  ])('%s', (text, expected) => {
    expect(commandWords(text)).toEqual({ value: expected })
  })

  test('gives back what was quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (given) => {
        const text = given.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
        expect(commandWords(text)).toEqual({ value: given })
      }),
    )
  })
})
