import { describe, expect, it } from 'vitest'
import { Masks } from './masks.ts'

const secret = 'a "quoted" & \'odd\' secret/+='
const hide = (text: string, ...secrets: string[]): string => {
  const masks = new Masks()
  for (const each of secrets) masks.add(each)
  return masks.hide(text)
}

describe('a secret is hidden', () => {
  it.each([
    ['as it is', secret],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64 from its second byte', Buffer.from(secret).subarray(1).toString('base64')],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
    ['in a URL', encodeURIComponent(secret)],
    ['in XML', 'a &quot;quoted&quot; &amp; &apos;odd&apos; secret/+='],
    ['in quotes of a shell', secret.replaceAll("'", "''")],
  ])('%s', (_, form) => expect(hide(`x ${form} y`, secret)).toBe('x *** y'))
})

it('hides each line of a long secret', () => expect(hide('x second y', 'first\n  second\r\n')).toBe('x *** y'))
it('hides the longer of two first', () => expect(hide('abcdef', 'abc', 'abcdef')).toBe('***'))
it('ignores blank secrets', () => expect(hide('a b', '', ' ', '\n')).toBe('a b'))
it('does not see hex', () => expect(hide(Buffer.from(secret).toString('hex'), secret)).not.toContain('***'))
