import { expect, test } from 'vitest'
import { parseAnswers } from '../../../src/strategy/answers.ts'
import { parseBuilder } from '../../../src/strategy/builders.ts'
import { costOf } from '../../../src/strategy/costs.ts'
import { type DerivationFacts, readDerivation, UNKNOWN_DERIVATION } from '../../../src/strategy/graph.ts'
import { durationKey, packageName, weightOf } from '../../../src/strategy/weights.ts'

const path = '/nix/store/0c5b8vw40dy178xlpddw65q9gf1h2186-hello'

test.each([
  [
    'x86_64-linux',
    `Derive([("out","${path}","","")],[("${path}.drv",["out"])],["${path}"],"x86_64-linux","/bin/sh",["-c","x"],[("a","b")])`,
  ],
  ['builtin', `Derive([("out","${path}","","")],[],[],"builtin","builtin:fetchurl",[],[])`],
  ['unknown', 'nonsense'],
])('system of a .drv file: %s', (system, text) => {
  expect(readDerivation(`${path}.drv`, text).system).toBe(system)
})

const tool = '/nix/store/1c5b8vw40dy178xlpddw65q9gf1h2186-tool'

test('programs that a build runs', () => {
  const text = `Derive([("out","${path}","","")],[("${tool}.drv",["out"])],[],"x86_64-linux","${tool}/bin/sh",["-c","x"],[("buildInputs","/nix/store/2"),("nativeBuildInputs","${path} ${tool}"),("requiredSystemFeatures","kvm big-parallel")])`
  expect(readDerivation(`${path}.drv`, text)).toMatchObject({
    tools: [tool, path, tool],
    outputs: [path],
    kind: 'shell',
  })
})

test('the same from structured attributes', () => {
  const json = `{\\"nativeBuildInputs\\":[\\"${path}\\",\\"${tool}\\"],\\"requiredSystemFeatures\\":[\\"nixos-test\\"]}`
  const text = `Derive([("out","${path}","","")],[],[],"x86_64-linux","${tool}/bin/sh",[],[("__json","${json}")])`
  expect(readDerivation(`${path}.drv`, text)).toMatchObject({ tools: [tool, path, tool], features: ['nixos-test'] })
})

test.each([
  ['hello-2.12', 'hello'],
  ['hello-aarch64-unknown-linux-gnu-2.12', 'hello'],
  ['aarch64-unknown-linux-gnu-gcc-13.2.0', 'gcc'],
  ['x86_64-w64-mingw32-binutils-2.42', 'binutils'],
  ['python3.12-numpy-1.26.4', 'python3.12-numpy'],
  ['stdenv-linux', 'stdenv-linux'],
])('package name of %s', (name, expected) => {
  expect(packageName(name)).toBe(expected)
})

const derivation = (more: Partial<DerivationFacts>): DerivationFacts => ({ ...UNKNOWN_DERIVATION, ...more })

test.each([
  ['a compiler under QEMU', derivation({ system: 'aarch64-linux', kind: 'compiler' }), 60 * 13],
  [
    'a shell under QEMU',
    derivation({ system: 'aarch64-linux', kind: 'shell', features: ['kvm', 'big-parallel'] }),
    60 * 17,
  ],
  ['an interpreter under QEMU', derivation({ system: 'aarch64-linux', kind: 'interpreter' }), 60 * 30],
  ['a cross compiler', derivation({ system: 'x86_64-linux', name: 'aarch64-unknown-linux-gnu-gcc-13.2.0' }), 3600],
  ['what is known from a native build', derivation({ system: 'aarch64-linux', name: 'lua-5.4' }), 3 * 13],
  ['what is known from an emulated build', derivation({ system: 'aarch64-linux', name: 'hello-2' }), 100],
  ['the other way round', derivation({ system: 'x86_64-linux', name: 'hello-aarch64-unknown-linux-gnu-2' }), 100 / 13],
])('weight of %s', (_, facts, seconds) => {
  const durations = new Map([
    [durationKey('lua-5.3', false), 3],
    [durationKey('hello-1', true), 100],
  ])
  expect(weightOf(facts, ['x86_64-linux'], durations)).toBe(seconds)
})

test("a build that runs another system's tool counts as emulated in part, or in whole where that is its builder", () => {
  const graph = new Map([
    [
      'a',
      derivation({ system: 'x86_64-linux', name: 'a', inputs: ['b', 'c'], tools: ['/nix/store/sh', '/nix/store/b'] }),
    ],
    ['d', derivation({ system: 'x86_64-linux', name: 'd', inputs: ['b'], tools: ['/nix/store/b'] })],
    ['b', derivation({ system: 'aarch64-linux', name: 'b', outputs: ['/nix/store/b'] })],
    ['c', derivation({ system: 'builtin', name: 'c' })],
  ])
  const speeds = { native: ['x86_64-linux'], durations: new Map() }
  expect(costOf('a', ['a'], 0, graph, speeds)).toEqual({
    toBuild: { 'x86_64-linux': 1 },
    bytesToFetch: 0,
    seconds: (60 + 60 * 13) / 2,
    nativeSeconds: 60,
    emulated: ['a'],
    unemulatable: [],
    features: [],
    closure: { 'x86_64-linux': 1, 'aarch64-linux': 1, builtin: 1 },
  })
  expect(costOf('d', ['d'], 0, graph, speeds)).toMatchObject({ seconds: 60 * 13, emulated: ['d'] })
  const image = derivation({ system: 'aarch64-linux', name: 'image', features: ['kvm', 'gccarch-armv8-a'] })
  expect(costOf('i', ['i'], 0, new Map([['i', image]]), speeds)).toMatchObject({
    unemulatable: ['image (kvm, gccarch-armv8-a)'],
    features: ['kvm'],
  })
  expect(costOf('a', ['a', 'b', 'c'], 0, graph, speeds).emulated).toEqual(['a', 'b (aarch64-linux)'])
})

test.each([
  ['', []],
  ['ssh://host', []],
  [
    'host aarch64-linux,armv7l-linux /key 4 1 kvm,big big -',
    [
      {
        uri: 'ssh://host',
        systems: ['aarch64-linux', 'armv7l-linux'],
        features: ['kvm', 'big', 'big'],
        mandatory: ['big'],
      },
    ],
  ],
  [
    'ssh-ng://host?ssh-key=/k x86_64-linux',
    [{ uri: 'ssh-ng://host', systems: ['x86_64-linux'], features: [], mandatory: [] }],
  ],
])('builders: %s', (line, expected) => {
  expect(parseBuilder(line)).toEqual(expected)
})

test('answers of answer.nix', () => {
  const derivation = {
    kind: 'own',
    status: 'derivation',
    path: ['a'],
    drvPath: `${path}.drv`,
    system: 's',
    name: 'hello',
    host: null,
    outputs: { out: path },
    features: ['kvm'],
  }
  const lookups = [
    derivation,
    { kind: 'declared', status: 'missing' },
    { kind: 'pkgsCross', status: 'no-derivation', path: ['b'] },
  ]
  const [answer] = parseAnswers(JSON.stringify([{ names: ['x'], systems: [], all: [], lookups }]))
  expect(answer?.lookups[0]).toMatchObject({
    status: 'derivation',
    found: { host: undefined, features: ['kvm'], outputs: { out: path } },
  })
  expect(answer?.lookups.map(({ status }) => status)).toEqual(['derivation', 'missing', 'no-derivation'])
})

test('an output without a path yet is an error of that package alone', () => {
  const floating = {
    kind: 'own',
    status: 'derivation',
    path: ['a'],
    drvPath: `${path}.drv`,
    system: 's',
    name: 'hello',
    host: null,
    outputs: { out: '/00lnjwhf018vg1jq6ryzs6m70nhgqs7zl95bp167z6ygn93w7h9a' },
    features: [],
  }
  const [answer] = parseAnswers(JSON.stringify([{ names: [], systems: [], all: [], lookups: [floating] }]))
  expect(answer?.lookups).toEqual([
    { kind: 'own', status: 'error', error: expect.stringMatching(/^error: hello is content-addressed/) },
  ])
})

test.each([
  '{}',
  '[1]',
  '[{"names":1}]',
  `[{"names":[],"systems":[],"all":[],"lookups":[{"kind":"own","status":"derivation","path":[],"drvPath":"/tmp/x"}]}]`,
])('answers of another form are a fault: %s', (text) => {
  expect(() => parseAnswers(text)).toThrow()
})
