import { describe, expect, it } from 'vitest'
import { addPaths, parsePairs } from './file-commands.ts'

// after the runner's own L0 tests of its file commands
describe('name=value files', () => {
  it.each([
    ['nothing', '', {}],
    ['blank lines', '\n\n', {}],
    ['one pair', 'a=1\n', { a: '1' }],
    ['no newline at the end', 'a=1', { a: '1' }],
    ['an empty value', 'a=\n', { a: '' }],
    ['a value with signs', 'a=b=c<<d\n', { a: 'b=c<<d' }],
    ['spaces that stay', ' a = 1 \n', { ' a ': ' 1 ' }],
    ['the last of two', 'a=1\na=2\n', { a: '2' }],
    ['a carriage return that stays', 'a=1\r\n', { a: '1\r' }],
    ['a heredoc', 'a<<E\none\ntwo\nE\nb=3\n', { a: 'one\ntwo', b: '3' }],
    ['an empty heredoc', 'a<<E\nE\n', { a: '' }],
    ['a heredoc without a newline at the end', 'a<<E\none\nE', { a: 'one' }],
    ['blank lines in a heredoc', 'a<<E\n\n\none\n\nE\n', { a: '\n\none\n' }],
    ['a heredoc with signs', 'a<<E=F\nb=c\nE=F\n', { a: 'b=c' }],
    ['a delimiter with a sign before the name ends', 'a=<<E\n', { a: '<<E' }],
  ])('%s', (_, text, expected) => expect(Object.fromEntries(parsePairs(text))).toEqual(expected))

  it.each([
    ['a line that is neither', 'text\n', /Invalid format 'text'/],
    ['a heredoc without a name', '<<E\n1\nE\n', /must not be empty/],
    ['a heredoc without a delimiter', 'a<<\n1\n\n', /must not be empty/],
    ['a heredoc without its end', 'a<<E\n1\n', /Matching delimiter not found 'E'/],
    ['a heredoc cut in its value', 'a<<E\n1', /EOF marker missing new line/],
  ])('refuses %s', (_, text, message) => expect(() => parsePairs(text)).toThrow(message))
})

it('adds paths, an old one as if it were new', () => {
  expect(addPaths(['/a', '/b'], '/c\n\n/a\r\n')).toEqual(['/b', '/c', '/a'])
})
