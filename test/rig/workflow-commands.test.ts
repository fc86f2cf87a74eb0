import { describe, expect, it } from 'vitest'
import { CommandReader, parseWorkflowCommand, workflowCommands } from './workflow-commands.ts'

const known = new Set(workflowCommands)

// after the runner's own L0 tests of its action commands
describe('a line', () => {
  it.each([
    ['::debug::text', 'debug', {}, 'text'],
    ['  ::debug::text', 'debug', {}, 'text'],
    ['::ERROR::text', 'ERROR', {}, 'text'],
    ['::error file=a.js,line=3::text', 'error', { file: 'a.js', line: '3' }, 'text'],
    ['::set-output name=a::b::c', 'set-output', { name: 'a' }, 'b::c'],
    ['::error title=a%2Cb%3Ac::50%25%0Anext', 'error', { title: 'a,b:c' }, '50%\nnext'],
    ['::debug::%250A', 'debug', {}, '%0A'],
    ['::error file=::text', 'error', {}, 'text'],
    ['::add-mask::', 'add-mask', {}, ''],
    ['##[error]text', 'error', {}, 'text'],
    ['name> ##[save-state name=pid]1', 'save-state', { name: 'pid' }, '1'],
    ['##[error file=a;line=3]50%25%0Anext%5D%3B', 'error', { file: 'a', line: '3' }, '50%\nnext];'],
  ])('%s', (line, name, properties, data) => {
    expect(parseWorkflowCommand(line, known)).toEqual({ name, properties, data })
  })

  it.each([
    'text',
    '::unknown::text',
    'text ::debug::text',
    '::debug:text',
    '::debug',
    '##[unknown]text',
    '##[error',
    '',
  ])('%s is text', (line) => expect(parseWorkflowCommand(line, known)).toBeUndefined())
})

describe('stop-commands', () => {
  const names = (...lines: string[]): (string | undefined)[] => {
    const reader = new CommandReader()
    return lines.map((line) => reader.read(line)?.name)
  }

  it('stops both forms until its token comes, in any case', () => {
    const lines = [
      '::stop-commands::Token',
      '::error::a',
      '##[save-state name=a]1',
      '::other::',
      '::tOKEN::',
      '::error::b',
    ]
    expect(names(...lines)).toEqual(['stop-commands', undefined, undefined, undefined, 'resume', 'error'])
  })

  it('resumes on the old form as well, anywhere in a line', () => {
    expect(names('::stop-commands::token', 'x ##[token]', '::error::b')).toEqual(['stop-commands', 'resume', 'error'])
  })

  it('takes a token once', () => {
    expect(names('::stop-commands::token', '::token::', '::token::')).toEqual(['stop-commands', 'resume', undefined])
  })

  it.each(['', 'error', 'Stop-Commands', 'pause-logging'])('refuses the token "%s"', (token) => {
    expect(names(`::stop-commands::${token}`, '::error::b')).toEqual(['bad-token', 'error'])
  })
})
