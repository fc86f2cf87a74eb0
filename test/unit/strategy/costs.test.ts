import { expect, test } from 'vitest'
import { parseAnswers } from '../../../src/strategy/answers.ts'
import { systemInDerivation } from '../../../src/strategy/costs.ts'

const path = '/nix/store/0c5b8vw40dy178xlpddw65q9gf1h2186-hello'

test.each([
  [
    'x86_64-linux',
    `Derive([("out","${path}","","")],[("${path}.drv",["out"])],["${path}"],"x86_64-linux","/bin/sh",["-c","x"],[("a","b")])`,
  ],
  ['builtin', `Derive([("out","${path}","","")],[],[],"builtin","builtin:fetchurl",[],[])`],
  ['unknown', 'nonsense'],
])('systemInDerivation: %s', (system, text) => {
  expect(systemInDerivation(text)).toBe(system)
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

test.each([
  '{}',
  '[1]',
  '[{"names":1}]',
  `[{"names":[],"systems":[],"all":[],"lookups":[{"kind":"own","status":"derivation","path":[],"drvPath":"/tmp/x"}]}]`,
])('answers of another form are a fault: %s', (text) => {
  expect(() => parseAnswers(text)).toThrow()
})
