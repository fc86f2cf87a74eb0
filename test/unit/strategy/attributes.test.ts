import { describe, expect, test } from 'vitest'
import type { Target } from '../../../src/inputs/inputs.ts'
import { parsePackages } from '../../../src/inputs/parse.ts'
import { parseTarget } from '../../../src/inputs/targets.ts'
import type { System } from '../../../src/nix/system.ts'
import {
  declaredPaths,
  joinAttributePath,
  namesTarget,
  ownPaths,
  packageText,
  partitionNames,
  pkgsCrossPaths,
  splitAttributePath,
} from '../../../src/strategy/attributes.ts'

const target = (name: string) => parseTarget(name, 'auto') as Target
const build = 'x86_64-linux' as System
const joined = (paths: readonly (readonly string[])[]) => paths.map(joinAttributePath)

test('a name may be quoted as in Nix', () => {
  expect(splitAttributePath('a."$\\{b}"')).toEqual(['a', '$' + '{b}'])
})

test.each(['packages.x86_64-linux.hello', 'a."b.c".d', 'hello', '"x y"'])(
  '%s survives splitting and joining',
  (text) => {
    expect(joinAttributePath(splitAttributePath(text))).toBe(text)
  },
)

test.each([['a"b'], ['a\\b'], [''], ['a.b'], ['*'], ["foldl'"], ['a\nb'], ['\t\u0001é']])(
  'the name %j survives being written',
  (name) => {
    expect(parsePackages(packageText('*', name))).toEqual({ value: [packageText('*', name)] })
    expect(splitAttributePath(joinAttributePath(['packages', name]))).toEqual(['packages', name])
    expect(splitAttributePath(packageText('checks.{target}.*', name))).toEqual(['checks', '{target}', name])
  },
)

describe('ownPaths', () => {
  test.each([
    ['hello', ['packages.aarch64-linux.hello', 'legacyPackages.aarch64-linux.hello', 'hello']],
    [
      'default',
      [
        'packages.aarch64-linux.default',
        'legacyPackages.aarch64-linux.default',
        'defaultPackage.aarch64-linux',
        'default',
      ],
    ],
    [
      'checks.{target}.test',
      [
        'checks.aarch64-linux.test',
        'packages.aarch64-linux.checks.aarch64-linux.test',
        'legacyPackages.aarch64-linux.checks.aarch64-linux.test',
      ],
    ],
  ])('%s', (text, expected) => {
    expect(joined(ownPaths(text, 'aarch64-linux' as System))).toEqual(expected)
  })
})

describe('declaredPaths', () => {
  test('follow the conventions of public flakes', () => {
    const paths = joined(declaredPaths('hello', target('aarch64-linux'), build, undefined))
    expect(paths[0]).toBe('packages.x86_64-linux.hello-aarch64-unknown-linux-gnu')
    for (const name of [
      'hello-aarch64-linux',
      'hello-aarch64',
      'hello-aarch64-multiplatform',
      'hello-cross-aarch64-linux',
      'hello-cross',
      'hello-from-x86_64',
    ]) {
      expect(paths).toContain(`packages.x86_64-linux.${name}`)
    }
    expect(paths).toContain('packages.x86_64-linux."aarch64-unknown-linux-gnu:hello"')
    expect(new Set(paths).size).toBe(paths.length)
  })

  test('a musl target does not take the glibc build', () => {
    const paths = joined(declaredPaths('hello', target('aarch64-unknown-linux-musl'), build, undefined))
    expect(paths).toContain('packages.x86_64-linux.hello-aarch64-unknown-linux-musl')
    expect(paths).not.toContain('packages.x86_64-linux.hello-aarch64')
    expect(paths).not.toContain('packages.x86_64-linux.hello-aarch64-linux')
  })

  test('the template comes first', () => {
    const template = 'cross.{build}.{target}.{cross}."{package}-{triple}"'
    expect(declaredPaths('packages.{target}.hello', target('raspberryPi'), build, template)[0]).toEqual([
      'cross',
      'x86_64-linux',
      'armv6l-linux',
      'raspberryPi',
      'hello-armv6l-unknown-linux-gnueabihf',
    ])
  })
})

test('pkgsCross is asked by all names of the platform', () => {
  expect(joined(pkgsCrossPaths('a.b', target('armv5tel-linux'), build))).toEqual([
    'legacyPackages.x86_64-linux.pkgsCross.armv5tel-multiplatform.a.b',
    'legacyPackages.x86_64-linux.pkgsCross.sheevaplug.a.b',
  ])
})

test('cross builds for other targets are told from own packages by name', () => {
  const names = [
    'default',
    'hello',
    'hello-aarch64-unknown-linux-gnu',
    'hello-riscv64-linux-gnu',
    'tool-cross-armv7l-linux',
    'tool',
    'lone-aarch64-linux',
  ]
  expect(partitionNames(names, 'x86_64-linux' as System)).toEqual({
    own: ['default', 'hello', 'tool', 'lone-aarch64-linux'],
    foreign: ['hello-aarch64-unknown-linux-gnu', 'hello-riscv64-linux-gnu', 'tool-cross-armv7l-linux'],
  })
})

describe('other targets', () => {
  const declared = (name: string) => joined(declaredPaths('hello', target(name), build, undefined))

  test('Windows, by the names that flakes give it, and not by the processor alone', () => {
    const paths = declared('mingw-ucrt-x86_64')
    for (const name of ['x86_64-w64-mingw32', 'win64', 'x86_64-pc-windows-gnu', 'ucrt64', 'mingw-ucrt-x86_64'])
      expect(paths).toContain(`packages.x86_64-linux.hello-${name}`)
    expect(paths).not.toContain('packages.x86_64-linux.hello-x86_64')
    expect(namesTarget(['packages', 'x86_64-linux', 'hello'], target('x86_64-windows'))).toBe(false)
  })

  test('static, which a package of musl need not be', () => {
    expect(declared('x86_64-linux.pkgsStatic')).toContain('packages.x86_64-linux.hello-static')
    expect(declared('aarch64-linux.pkgsStatic')).toContain(
      'packages.x86_64-linux.hello-static-aarch64-unknown-linux-musl',
    )
    expect(declared('aarch64-linux.pkgsStatic')).not.toContain('packages.x86_64-linux.hello-static')
    expect(declared('aarch64-linux.pkgsStatic')).not.toContain('packages.x86_64-linux.hello-aarch64-unknown-linux-musl')
  })

  test.each([
    ['ucrt64', ['pkgsCross.mingw-ucrt-x86_64', 'pkgsCross.ucrt64']],
    ['mingwW64', ['pkgsCross.mingw-msvcrt-x86_64', 'pkgsCross.mingwW64']],
    ['wasm32-wasi', ['pkgsCross.wasm32-wasip1', 'pkgsCross.wasi32']],
    ['x86_64-unknown-linux-musl', ['pkgsCross.musl64']],
    ['x86_64-linux.pkgsStatic', ['pkgsStatic', 'pkgsCross.gnu64.pkgsStatic']],
    ['aarch64-multiplatform-musl.pkgsStatic', ['pkgsCross.aarch64-multiplatform-musl.pkgsStatic']],
  ])('%s in the sets of nixpkgs', (name, sets) => {
    const paths = joined(pkgsCrossPaths('hello', target(name), build))
    expect(paths).toEqual(sets.map((set) => `legacyPackages.x86_64-linux.${set}.hello`))
  })
})
