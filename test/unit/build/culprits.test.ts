import { expect, test } from 'vitest'
import { culpritsOf, failuresIn } from '../../../src/build/culprits.ts'

const drv = (name: string) => `/nix/store/${'a'.repeat(32)}-${name}.drv`
const seen = (name: string, status: 'built' | 'failed' | 'stopped', error?: string) => ({
  drvPath: drv(name),
  name,
  status,
  error,
})
const references = (output: string) => ({
  text: `error: output '/nix/store/${'b'.repeat(32)}-${output}' is not allowed to refer to the following paths:\n  /nix/store/${'c'.repeat(32)}-other`,
})

test.each([
  ['tool', 'tool', true],
  ['tool', 'tool-dev', true],
  ['tool', 'toolbox', false],
  ['other', 'tool', false],
])('of %s, an error about the output %s', (name, output, isOwn) => {
  const error = references(output)
  expect(failuresIn([seen(name, 'failed')], [error])).toMatchObject([{ error: isOwn ? error.text : undefined }])
  // to 2.26 it is counted as built
  expect(failuresIn([seen(name, 'built')], [error])).toHaveLength(isOwn ? 1 : 0)
})

test('an error that Nix gives with the derivation comes first', () => {
  expect(failuresIn([seen('tool', 'failed', 'own')], [references('tool')])).toMatchObject([{ error: 'own' }])
})

test('who failed, and who was only ended by it', () => {
  const derivations = [
    seen('good', 'built'),
    seen('tool', 'failed'),
    seen('bad', 'failed', 'exit code 1'),
    seen('ended', 'failed'),
    seen('stopped', 'stopped'),
  ]
  const errors = [references('tool'), { text: 'a feature is missing', drvPath: drv('vm') }]
  expect(culpritsOf(derivations, errors)).toEqual([drv('tool'), drv('bad'), drv('vm')])
  expect(culpritsOf(derivations.slice(3), [])).toEqual([])
})
